import { describe, expect, test } from "vitest";
import { SECOND_MS } from "../../kernel/time.ts";
import { breakerWith, failed, feed, halfOpen, iso, ok, opened, T0 } from "./breaker.test-kit.ts";
import { resolveBreakerConfig } from "./config.ts";
import { acquire, nextDue, override, reconfigure, record, reset, tick } from "./machine.ts";
import type { BreakerState } from "./state.ts";

describe("an override", () => {
  const order = { reason: "maintenance", by: "user:ada" };

  test("forced_open lets nothing pass, however long, and says who ordered it", () => {
    const step = override(breakerWith(), "forced_open", order, T0);
    expect(step.breaker).toMatchObject({
      state: "forced_open",
      openedAt: iso(T0),
      resetAt: null,
      override: { state: "forced_open", ...order, at: iso(T0), expiresAt: null },
    });
    expect(step.transitions).toMatchObject([{ from: "closed", to: "forced_open", reason: "maintenance" }]);
    expect(acquire(step.breaker, T0 + 1e12, "p").permitted).toBe(false);
    expect(nextDue(step.breaker)).toBeNull();
  });

  test("disabled lets everything pass and judges nothing", () => {
    const { breaker } = override(opened(), "disabled", order, T0);
    expect(acquire(breaker, T0, "p")).toMatchObject({ permitted: true, permitId: null });
    expect(feed(breaker, "xxxxxxxx")).toMatchObject({ state: "disabled", calls: 5, openedAt: null });
  });

  test("ends when it expires: closed, with an empty window", () => {
    const expiresAt = "2026-11-21T13:00:00+00:00";
    const { breaker } = override(opened(), "forced_open", { ...order, expiresAt }, T0);
    expect(breaker).toMatchObject({ resetAt: iso(T0 + 3_600_000), override: { expiresAt: iso(T0 + 3_600_000) } });
    expect(acquire(breaker, T0 + 3_599_999, "p").permitted).toBe(false);
    const step = acquire(breaker, T0 + 3_600_000, "p");
    expect(step).toMatchObject({
      permitted: true,
      permitId: null,
      breaker: { state: "closed", calls: 0, override: null },
    });
    expect(step.transitions).toMatchObject([{ from: "forced_open", to: "closed", cause: "override_expired" }]);
  });

  test("repeated with the same words changes nothing; with others it is no move either", () => {
    const { breaker } = override(breakerWith(), "forced_open", order, T0);
    expect(override(breaker, "forced_open", order, T0 + 5)).toEqual({ breaker, transitions: [] });
    const longer = override(breaker, "forced_open", { ...order, expiresAt: iso(T0 + 60_000) }, T0 + 5);
    expect(longer).toMatchObject({
      transitions: [],
      breaker: { epoch: 1, openedAt: iso(T0), resetAt: iso(T0 + 60_000) },
    });
  });

  test("makes trials in flight late", () => {
    const { breaker } = override(halfOpen(3), "disabled", order, T0 + 31_000);
    expect(record(breaker, failed, T0 + 31_000, "t1")).toMatchObject({ counted: false, breaker: { trials: [] } });
  });

  test("closed ends another override", () => {
    const forced = override(breakerWith(), "forced_open", order, T0).breaker;
    expect(override(forced, "closed", order, T0 + 1).breaker).toMatchObject({
      state: "closed",
      override: null,
      resetAt: null,
    });
  });
});

describe("reset", () => {
  const order = { reason: "fixed", by: "user:ada" };

  test.each([
    ["an open breaker", opened()],
    ["a half-open breaker", halfOpen(2)],
    ["a forced-open breaker", override(opened(), "forced_open", order, T0).breaker],
    ["a disabled breaker", override(opened(), "disabled", order, T0).breaker],
  ])("closes %s, with an empty window and no override", (_, b) => {
    const step = reset(b, order, T0 + 1000);
    expect(step.breaker).toMatchObject({
      state: "closed",
      epoch: b.epoch + 1,
      calls: 0,
      openings: 0,
      trials: [],
      override: null,
      openedAt: null,
      resetAt: null,
    });
    expect(step.transitions).toMatchObject([{ from: b.state, to: "closed", cause: "reset", reason: "fixed" }]);
    expect(reset(step.breaker, order, T0 + 2000)).toEqual({ breaker: step.breaker, transitions: [] });
  });

  test("empties the window of a closed breaker without a move", () => {
    const step = reset(feed(breakerWith(), "xxxx"), order, T0);
    expect(step).toMatchObject({ transitions: [], breaker: { state: "closed", epoch: 0, calls: 0 } });
  });
});

describe("reconfigure", () => {
  test("with the same configuration returns the same breaker", () => {
    const b = feed(breakerWith(), "x");
    expect(reconfigure(b, resolveBreakerConfig({}), T0).breaker).toBe(b);
  });

  test("keeps state and window when neither kind nor size of the window changed", () => {
    const b = reconfigure(feed(breakerWith(), "xxxx"), resolveBreakerConfig({ minimumCalls: 9 }), T0).breaker;
    expect(b).toMatchObject({ state: "closed", calls: 4, config: { minimumCalls: 9 } });
  });

  test.each([{ windowSize: 30 }, { window: "time" as const, windowSize: 20 }])(
    "empties the window for %j",
    (config) => {
      const b = reconfigure(feed(breakerWith(), "xxxx"), resolveBreakerConfig(config), T0).breaker;
      expect(b).toMatchObject({ state: "closed", calls: 0, failureRate: null });
      expect(feed(b, "xxxxx").state).toBe("open");
    },
  );

  test("leaves the end of an open time that has begun", () => {
    const b = reconfigure(opened(), resolveBreakerConfig({ openMs: 1 }), T0).breaker;
    expect(b).toMatchObject({ state: "open", resetAt: iso(T0 + 30_000) });
  });

  test("with fewer trials makes those beyond the number late and starts the phase again", () => {
    const reported = record(halfOpen(3), ok, T0 + 30_000, "t1").breaker;
    const b = reconfigure(reported, resolveBreakerConfig({ permittedTrials: 1 }), T0).breaker;
    expect(b).toMatchObject({ state: "half_open", calls: 0, trials: [{ permitId: "t2" }] });
    expect(record(b, ok, T0 + 30_000, "t3").counted).toBe(false);
    expect(record(b, ok, T0 + 30_000, "t2").breaker.state).toBe("closed");
  });
});

describe("time", () => {
  test("tick returns the very same breaker when nothing is due", () => {
    for (const b of [
      breakerWith(),
      opened(),
      halfOpen(2),
      override(opened(), "disabled", { reason: "r", by: "b" }, T0).breaker,
    ]) {
      expect(tick(b, T0 + 30 * SECOND_MS - 1)).toEqual({ breaker: b, transitions: [] });
      expect(tick(b, T0 + 30 * SECOND_MS - 1).breaker).toBe(b);
    }
  });

  test("nextDue names the moment at which tick acts, and tick acts no earlier", () => {
    const held = override(opened(), "disabled", { reason: "r", by: "b", expiresAt: iso(T0 + 7000) }, T0).breaker;
    for (const b of [opened(), halfOpen(2), held]) {
      const due = nextDue(b) ?? Number.NaN;
      expect(tick(b, due - 1).breaker).toBe(b);
      expect(tick(b, due).breaker).not.toBe(b);
    }
    expect(nextDue(breakerWith())).toBeNull();
    expect(nextDue(halfOpen(0))).toBeNull();
  });

  test("a breaker lives on after a journey through JSON", () => {
    const b = halfOpen(2);
    const copy: BreakerState = JSON.parse(JSON.stringify(b));
    expect(copy).toEqual(b);
    expect(record(copy, ok, T0 + 30_000, "t1")).toEqual(record(b, ok, T0 + 30_000, "t1"));
  });
});
