import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SECOND_MS } from "../../kernel/time.ts";
import { breakerWith, failed, ok as succeeded, T0 } from "./breaker.test-kit.ts";
import { record } from "./machine.ts";
import { breakerAt, breakerChangedBy } from "./now.ts";

/** Never opens by these calls, so that they stay what they are. */
const calm = { minimumCalls: 1_000, slowCallMs: 50, slowCallRateThreshold: 1 } as const;

describe("a breaker as it stands now", () => {
  test("has no rates once its last call has left the time window", () => {
    let b = breakerWith({ ...calm, window: "time", windowSize: 10 });
    for (const _ of [1, 2, 3, 4]) b = record(b, { ...failed, durationMs: 60 }, T0).breaker;
    b = record(b, succeeded, T0).breaker;
    expect(breakerAt(b, T0 + 9 * SECOND_MS)).toBe(b);
    expect(breakerAt(b, T0 + 10 * SECOND_MS)).toMatchObject({
      calls: 0,
      failureCount: 0,
      successCount: 0,
      failureRate: null,
      slowCallRate: null,
      window: { buckets: [] },
    });
  });

  test("keeps the calls of a count window, however long ago they were", () => {
    const b = record(breakerWith({ ...calm, window: "count", windowSize: 10 }), failed, T0).breaker;
    expect(breakerAt(b, T0 + 3_600_000)).toBe(b);
  });

  test("keeps what led there while it is open", () => {
    const b = record(breakerWith({ window: "time", windowSize: 10, minimumCalls: 1 }), failed, T0).breaker;
    expect(b.state).toBe("open");
    expect(breakerAt(b, T0 + 3_600_000)).toBe(b);
  });

  test("counts exactly the calls of the last seconds, whenever it is looked at, and says when that changed", () => {
    const calls = fc.array(fc.record({ after: fc.nat(8_000), ok: fc.boolean(), slow: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 9 }), fc.nat(60_000), (list, windowSize, later) => {
        let b = breakerWith({ ...calm, window: "time", windowSize });
        let now = T0;
        const seconds: { second: number; ok: boolean; slow: boolean }[] = [];
        for (const { after, ok, slow } of list) {
          now += after;
          seconds.push({ second: Math.floor(now / SECOND_MS), ok, slow });
          b = record(b, { success: ok, durationMs: slow ? 60 : 5, error: null }, now).breaker;
        }
        const at = now + later;
        const inside = seconds.filter(({ second }) => Math.floor(at / SECOND_MS) - second < windowSize);
        const bad = inside.filter(({ ok }) => !ok).length;
        const read = breakerAt(b, at);
        expect([read.calls, read.failureCount]).toEqual([inside.length, bad]);
        expect(read.failureRate).toBe(inside.length ? bad / inside.length : null);
        expect(read.slowCallRate).toBe(inside.length ? inside.filter(({ slow }) => slow).length / inside.length : null);
        const changed = breakerChangedBy(b, at);
        expect(changed).toBeLessThanOrEqual(at);
        expect(changed === 0 ? b : breakerAt(b, changed)).toEqual(read);
      }),
    );
  });
});
