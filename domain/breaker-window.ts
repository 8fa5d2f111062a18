/** One call as a window sees it. */
export type WindowCall = { failed: boolean; slow: boolean };

/**
 * The last calls, oldest first, one character each: `.` succeeded, `x` failed, `s` succeeded slowly, `X` failed slowly.
 * The totals are kept beside the string, so reading a rate never counts, and the row stays small (100 calls: 150 bytes).
 */
export type CountWindow = { kind: "count"; last: string; failures: number; slow: number };

/**
 * The calls of the last seconds: `[seconds after since, calls, failures, slow]`, oldest first, only seconds that had calls.
 * `since` is an epoch second. Calls leave the window when the next call enters: the totals are as of the newest bucket.
 */
export type TimeWindow = {
  kind: "time";
  since: number;
  buckets: [second: number, calls: number, failures: number, slow: number][];
  calls: number;
  failures: number;
  slow: number;
};

export type BreakerWindow = CountWindow | TimeWindow;

export type WindowTotals = { calls: number; failures: number; slow: number };

export function emptyWindow(kind: BreakerWindow["kind"]): BreakerWindow {
  switch (kind) {
    case "count":
      return { kind, last: "", failures: 0, slow: 0 };
    case "time":
      return { kind, since: 0, buckets: [], calls: 0, failures: 0, slow: 0 };
  }
}

export function windowTotals(window: BreakerWindow): WindowTotals {
  switch (window.kind) {
    case "count":
      return { calls: window.last.length, failures: window.failures, slow: window.slow };
    case "time":
      return { calls: window.calls, failures: window.failures, slow: window.slow };
  }
}

/** The window after one more call at `now` (epoch ms); what no longer fits `size` (calls or seconds) has left it. */
export function pushCall(window: BreakerWindow, size: number, call: WindowCall, now: number): BreakerWindow {
  switch (window.kind) {
    case "count":
      return pushCount(window, size, call);
    case "time":
      return pushTime(window, size, call, now);
  }
}

function pushCount(window: CountWindow, size: number, call: WindowCall): CountWindow {
  const mark = call.failed ? (call.slow ? "X" : "x") : call.slow ? "s" : ".";
  const evicted = window.last.length >= size ? window.last.charAt(0) : "";
  return {
    kind: "count",
    last: window.last.slice(evicted.length) + mark,
    failures: window.failures + Number(call.failed) - Number(evicted === "x" || evicted === "X"),
    slow: window.slow + Number(call.slow) - Number(evicted === "s" || evicted === "X"),
  };
}

function pushTime(window: TimeWindow, size: number, call: WindowCall, now: number): TimeWindow {
  const newest = window.buckets.at(-1);
  // A clock that went back keeps filling the newest second: buckets never run backwards.
  const second = newest ? Math.max(Math.floor(now / 1000), window.since + newest[0]) : Math.floor(now / 1000);
  const from = second - size + 1;
  let { calls, failures, slow } = window;
  const kept: TimeWindow["buckets"] = [];
  for (const bucket of window.buckets) {
    if (window.since + bucket[0] >= from) {
      kept.push(bucket);
    } else {
      calls -= bucket[1];
      failures -= bucket[2];
      slow -= bucket[3];
    }
  }
  const since = kept.length === 0 ? second : window.since;
  const open = kept.at(-1);
  const current = open && since + open[0] === second ? open : undefined;
  if (current) kept.pop();
  kept.push([
    second - since,
    (current?.[1] ?? 0) + 1,
    (current?.[2] ?? 0) + Number(call.failed),
    (current?.[3] ?? 0) + Number(call.slow),
  ]);
  return {
    kind: "time",
    since,
    buckets: kept,
    calls: calls + 1,
    failures: failures + Number(call.failed),
    slow: slow + Number(call.slow),
  };
}
