/** One call as a window sees it. */
export type WindowCall = { failed: boolean; slow: boolean };

/**
 * The last calls, oldest first, one character each: `.` succeeded, `x` failed, `s` succeeded
 * slowly, `X` failed slowly. The totals are kept beside the string, so reading a rate never counts,
 * and the row stays small (100 calls: 150 bytes).
 */
export type CountWindow = { kind: "count"; last: string; failures: number; slow: number };

/**
 * The calls of the last seconds: `[seconds after since, calls, failures, slow]`, oldest first, only
 * seconds that had calls. `since` is an epoch second. What is stored is the window as of its newest
 * call; `windowAt` says what is left of it at a time.
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
      return emptyTime();
  }
}

const emptyTime = (): TimeWindow => ({ kind: "time", since: 0, buckets: [], calls: 0, failures: 0, slow: 0 });

/** Clocks of servers differ by less than this. */
const STEP_BACK_S = 5;

export function windowTotals(window: BreakerWindow): WindowTotals {
  switch (window.kind) {
    case "count":
      return { calls: window.last.length, failures: window.failures, slow: window.slow };
    case "time":
      return { calls: window.calls, failures: window.failures, slow: window.slow };
  }
}

/**
 * The window after one more call at `now` (epoch ms); what no longer fits `size` (calls or seconds)
 * has left it.
 */
export function pushCall(window: BreakerWindow, size: number, call: WindowCall, now: number): BreakerWindow {
  switch (window.kind) {
    case "count":
      return pushCount(window, size, call);
    case "time":
      return pushTime(window, size, call, now);
  }
}

/**
 * What is left of a window at `now` (epoch ms): of a time window the calls of its last seconds. The
 * same object when nothing has left it.
 */
export function windowAt(window: BreakerWindow, size: number, now: number): BreakerWindow {
  if (window.kind === "count") return window;
  const from = Math.floor(now / 1000) - size + 1;
  const kept = window.buckets.filter(([second]) => window.since + second >= from);
  if (kept.length === window.buckets.length) return window;
  const sum = (at: 1 | 2 | 3) => kept.reduce((total, bucket) => total + bucket[at], 0);
  return { ...window, buckets: kept, calls: sum(1), failures: sum(2), slow: sum(3) };
}

/**
 * When calls left a window the last time, by `now` (epoch ms); 0 when none has since its newest
 * call.
 */
export function leftBy(window: BreakerWindow, size: number, now: number): number {
  if (window.kind === "count") return 0;
  const ends = window.buckets.map(([second]) => (window.since + second + size) * 1000).filter((end) => end <= now);
  return Math.max(0, ...ends);
}

/** The window with its calls at other times, ms later. */
export const shiftWindow = (window: BreakerWindow, ms: number): BreakerWindow =>
  window.kind === "count" ? window : { ...window, since: window.since + Math.round(ms / 1000) };

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
  // Calls of a time that is far from having come were counted by a clock that was wrong: nobody
  // knows how old they are.
  if (newest && window.since + newest[0] > now / 1000 + STEP_BACK_S) return pushTime(emptyTime(), size, call, now);
  // A clock that went back a little keeps filling the newest second: buckets never run backwards.
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
