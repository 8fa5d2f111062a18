import { describe, expect, test } from "vitest";
import { DAY_MS, SECOND_MS } from "../../kernel/time.ts";
import { breakerWith, failed, feed, halfOpen, iso, ok, opened, T0 } from "./breaker.test-kit.ts";
import { openDurationMs, resolveBreakerConfig } from "./config.ts";
import { acquire, record, release, tick, trialSlots } from "./machine.ts";

describe("a closed breaker", () => {
  test("lets every call pass and issues no permit", () => {
    expect(acquire(breakerWith(), T0, "p")).toMatchObject({
      permitted: true,
      permitId: null,
      epoch: 0,
      transitions: [],
    });
    expect(trialSlots(breakerWith(), T0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("has no rates before the first call", () => {
    expect(breakerWith()).toMatchObject({
      calls: 0,
      failureRate: null,
      slowCallRate: null,
      openedAt: null,
      resetAt: null,
    });
  });

  test("stays closed below the minimum of calls, whatever the rate", () => {
    expect(feed(breakerWith(), "xxxx")).toMatchObject({ state: "closed", calls: 4, failureRate: 1 });
  });

  test("opens when the minimum is met and the failure rate reaches the threshold", () => {
    const step = record(feed(breakerWith(), "x.x."), failed, T0 + 5);
    expect(step.breaker).toMatchObject({
      state: "open",
      epoch: 1,
      calls: 5,
      failureCount: 3,
      successCount: 2,
      failureRate: 0.6,
      openings: 1,
      openedAt: iso(T0 + 5),
      resetAt: iso(T0 + 30_005),
      lastError: "exit code 1",
    });
    expect(step.transitions).toEqual([
      {
        from: "closed",
        to: "open",
        cause: "failure_rate",
        reason: "failure rate 60% of 5 calls, threshold 50%",
        at: iso(T0 + 5),
      },
    ]);
    expect(step.counted).toBe(true);
  });

  test("may be opened by the success that completes the minimum", () => {
    expect(feed(breakerWith(), "xxxx.").state).toBe("open");
  });

  test("opens at exactly the threshold and not just under it", () => {
    const config = { minimumCalls: 10, failureRateThreshold: 0.3 };
    expect(feed(breakerWith(config), ".......xxx").state).toBe("open");
    expect(feed(breakerWith(config), "........xx").state).toBe("closed");
  });

  test("needs no more calls than a count window can hold", () => {
    expect(feed(breakerWith({ windowSize: 3, minimumCalls: 50 }), "xxx").state).toBe("open");
  });

  test("forgets calls that left a count window", () => {
    const b = feed(breakerWith({ windowSize: 4, minimumCalls: 4, failureRateThreshold: 0.75 }), "xx..x.");
    expect(b).toMatchObject({ state: "closed", calls: 4, failureCount: 1, failureRate: 0.25 });
  });

  test("forgets calls that left a time window", () => {
    const b = feed(breakerWith({ window: "time", windowSize: 10 }), "xxxx");
    const later = feed(b, "x", T0 + 10 * SECOND_MS);
    expect(later).toMatchObject({ state: "closed", calls: 1, failureCount: 1 });
    expect(feed(b, "x", T0 + 9 * SECOND_MS).state).toBe("open");
  });

  test("a time window whose clock goes back keeps counting in its newest second", () => {
    const b = feed(breakerWith({ window: "time", windowSize: 10, minimumCalls: 100 }), "x.", T0 + 60 * SECOND_MS);
    const back = feed(b, "x", T0 + 57 * SECOND_MS);
    expect(back).toMatchObject({ calls: 3, failureCount: 2 });
    expect(back.window).toMatchObject({ buckets: [[0, 3, 2, 0]] });
  });

  test("a time window forgets calls of a time that is far from having come", () => {
    const b = feed(breakerWith({ window: "time", windowSize: 10, minimumCalls: 100 }), "x.", T0 + 40 * DAY_MS);
    expect(feed(b, "x", T0 + 20 * SECOND_MS)).toMatchObject({ calls: 1, failureCount: 1 });
  });

  test("opens on slow calls, slow meaning longer than slowCallMs", () => {
    const config = { slowCallMs: 100, slowCallRateThreshold: 0.6 };
    const take = (durations: number[]) =>
      durations.reduce((b, durationMs) => record(b, { success: true, durationMs }, T0).breaker, breakerWith(config));
    expect(take([101, 101, 100, 100, 100])).toMatchObject({ state: "closed", slowCallRate: 0.4, failureRate: 0 });
    expect(take([101, 101, 101, 100, 100])).toMatchObject({ state: "open", slowCallRate: 0.6, failureRate: 0 });
  });

  test("a threshold of 0 opens on the first failure and not on none", () => {
    const b = breakerWith({ failureRateThreshold: 0, minimumCalls: 1 });
    expect(feed(b, "...").state).toBe("closed");
    expect(feed(b, "...x").state).toBe("open");
  });

  test("ignores the outcome of a trial of an earlier phase, and of a call that began in another epoch", () => {
    expect(record(breakerWith(), failed, T0, "old")).toMatchObject({ counted: false, breaker: { calls: 0 } });
    expect(record(breakerWith(), failed, T0, null, { epoch: 7 })).toMatchObject({
      counted: false,
      breaker: { calls: 0 },
    });
    expect(record(breakerWith(), failed, T0, null, { epoch: 0 })).toMatchObject({
      counted: true,
      breaker: { calls: 1 },
    });
  });

  test("keeps a full count window of 100 calls in about 150 bytes", () => {
    const b = feed(breakerWith({ windowSize: 100, failureRateThreshold: 1 }), "x.".repeat(80));
    expect(b.calls).toBe(100);
    expect(JSON.stringify(b.window).length).toBeLessThanOrEqual(150);
  });

  test("bounds the error it remembers without cutting a character in two", () => {
    const error = `${"a".repeat(499)}😀`;
    expect(record(breakerWith(), { success: false, error }, T0).breaker.lastError).toBe("a".repeat(499));
  });
});

describe("an open breaker", () => {
  test("lets nothing pass before resetAt", () => {
    expect(acquire(opened(), T0 + 29_999, "p")).toMatchObject({ permitted: false, permitId: null, transitions: [] });
    expect(trialSlots(opened(), T0 + 29_999)).toBe(0);
  });

  test("becomes half-open at resetAt, by time alone", () => {
    expect(tick(opened(), T0 + 29_999).breaker.state).toBe("open");
    const step = tick(opened(), T0 + 30_000);
    expect(step.breaker).toMatchObject({ state: "half_open", calls: 0, failureRate: null, trials: [], resetAt: null });
    expect(step.transitions).toMatchObject([{ from: "open", to: "half_open", cause: "open_time_passed" }]);
  });

  test("becomes half-open for the first caller after resetAt, and that caller has a trial", () => {
    const step = acquire(opened(), T0 + 30_000, "p");
    expect(step).toMatchObject({ permitted: true, permitId: "p", epoch: 2 });
    expect(step.breaker.trials).toEqual([{ permitId: "p", expiresAt: iso(T0 + 90_000) }]);
    expect(trialSlots(opened(), T0 + 30_000)).toBe(3);
  });

  test("keeps its figures: outcomes change nothing but the last error", () => {
    const b = opened();
    const step = record(b, { success: false, error: "late" }, T0 + 1);
    expect(step).toEqual({ breaker: { ...b, lastError: "late" }, transitions: [], counted: false });
  });

  test("does not open for a shorter time when the clock goes back", () => {
    const b = opened();
    expect(tick(b, T0 - 4_000).breaker).toBe(b);
    const trialsFailed = ["t1", "t2", "t3"].reduce(
      (next, permit) => record(next, failed, T0 + 26_000, permit).breaker,
      halfOpen(3),
    );
    expect(trialsFailed).toMatchObject({ state: "open", openedAt: iso(T0 + 30_000), resetAt: iso(T0 + 60_000) });
  });

  test("waits its own time from now when the clock that was far ahead has been put right", () => {
    const now = T0 - 40 * DAY_MS;
    const waits = tick(opened(), now).breaker;
    expect(waits).toMatchObject({ state: "open", openedAt: iso(now), changedAt: iso(now), resetAt: iso(now + 30_000) });
    expect(tick(waits, now + 29_999).breaker).toBe(waits);
    expect(tick(waits, now + 30_000).breaker).toMatchObject({ state: "half_open" });
  });
});

describe("a half-open breaker", () => {
  const at = T0 + 30 * SECOND_MS;

  test("lets no more calls pass than it has trials", () => {
    const b = halfOpen(3);
    expect(acquire(b, at, "t4")).toMatchObject({ permitted: false, permitId: null });
    const reported = record(b, ok, at, "t1").breaker;
    expect(acquire(reported, at, "t4").permitted).toBe(false);
    expect(trialSlots(reported, at)).toBe(0);
    expect(trialSlots(halfOpen(1), at)).toBe(2);
  });

  test("answers a repeated permit the same and issues nothing", () => {
    const b = halfOpen(2);
    expect(acquire(b, at, "t2")).toMatchObject({ permitted: true, permitId: "t2", breaker: b });
  });

  test("closes when all trials have reported under the threshold", () => {
    const two = record(record(halfOpen(3), ok, at, "t1").breaker, failed, at, "t2").breaker;
    expect(two).toMatchObject({ state: "half_open", calls: 2, failureCount: 1 });
    const step = record(two, ok, at, "t3");
    expect(step.breaker).toMatchObject({ state: "closed", openings: 0, calls: 0, failureRate: null, openedAt: null });
    expect(step.transitions).toMatchObject([{ cause: "trials_passed", reason: "2 of 3 trial calls succeeded" }]);
  });

  test("waits for all trials before it judges, even when the minimum of calls is lower", () => {
    const b = halfOpen(3, at, { minimumCalls: 1 });
    expect(record(b, failed, at, "t1").breaker.state).toBe("half_open");
  });

  test("opens again when the trials reach the threshold", () => {
    const b = ["t1", "t2"].reduce((next, permit) => record(next, failed, at, permit).breaker, halfOpen(3));
    expect(record(b, ok, at, "t3").breaker).toMatchObject({ state: "open", openings: 2, epoch: 3, trials: [] });
  });

  test("opens again on slow trials", () => {
    const slow = { success: true, durationMs: 500 };
    const b = halfOpen(3, at, { slowCallMs: 100 });
    const last = ["t1", "t2", "t3"].reduce((next, permit) => record(next, slow, at, permit).breaker, b);
    expect(last).toMatchObject({ state: "open", slowCallRate: 1, failureRate: 0 });
  });

  test("each opening in a row waits longer, up to the cap", () => {
    const config = resolveBreakerConfig({ openMs: 1000, openMultiplier: 3, maxOpenMs: 20_000 });
    expect([1, 2, 3, 4, 5, 900].map((n) => openDurationMs(config, n))).toEqual([
      1000, 3000, 9000, 20_000, 20_000, 20_000,
    ]);
    const endless = resolveBreakerConfig({ openMultiplier: 1000 });
    expect(openDurationMs(endless, 900)).toBe(30 * 24 * 3_600_000);
    const again = tick(opened({ openMs: 1000, openMultiplier: 3, permittedTrials: 1 }), T0 + 1000).breaker;
    expect(record(again, failed, T0 + 1000, null, { anyTrial: true }).breaker.resetAt).toBe(iso(T0 + 4000));
  });

  test("a trial that never reports counts as failed at its deadline, so it cannot hold the breaker half-open", () => {
    const b = record(record(halfOpen(3), failed, at, "t1").breaker, ok, at, "t2").breaker;
    expect(tick(b, at + 59_999).breaker).toBe(b);
    const step = tick(b, at + 60_000);
    expect(step.breaker).toMatchObject({ state: "open", failureCount: 2, calls: 3 });
    expect(step.breaker.lastError).toBe("a trial call did not report before its deadline");
  });

  test("an outcome that comes at its deadline is late: it has been counted as failed", () => {
    const step = record(halfOpen(1), ok, at + 60_000, "t1");
    expect(step).toMatchObject({
      counted: false,
      breaker: { state: "half_open", calls: 1, failureCount: 1, trials: [] },
    });
  });

  test("ignores outcomes without a permit or with one it does not know", () => {
    const b = halfOpen(2);
    expect(record(b, ok, at)).toEqual({ breaker: b, transitions: [], counted: false });
    expect(record(b, ok, at, "other")).toEqual({ breaker: b, transitions: [], counted: false });
    expect(record(b, ok, at, "other", { anyTrial: true }).counted).toBe(false);
  });

  test("with anyTrial an outcome completes the oldest trial, or counts as a trial when none is in flight", () => {
    const oldest = record(halfOpen(2), ok, at, null, { anyTrial: true });
    expect(oldest).toMatchObject({ counted: true, breaker: { calls: 1, trials: [{ permitId: "t2" }] } });
    const own = record(halfOpen(0), ok, at, null, { anyTrial: true });
    expect(own).toMatchObject({ counted: true, breaker: { calls: 1, trials: [] } });
    expect(trialSlots(own.breaker, at)).toBe(2);
  });

  test("a trial given back frees its place and counts as nothing", () => {
    const step = release(halfOpen(3), "t2", at);
    expect(step).toMatchObject({
      released: true,
      breaker: { calls: 0, trials: [{ permitId: "t1" }, { permitId: "t3" }] },
    });
    expect(trialSlots(step.breaker, at)).toBe(1);
    expect(release(step.breaker, "t2", at)).toMatchObject({ released: false, breaker: step.breaker });
  });
});
