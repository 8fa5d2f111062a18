import { describe, expect, it } from "vitest";
import { resolveBreakerConfig } from "../../../domain/agents/breaker/config.ts";
import { newBreaker, override, record, tick } from "../../../domain/agents/breaker/machine.ts";
import type { BreakerState } from "../../../domain/agents/breaker/state.ts";
import { type BreakerRow, breakerView } from "./breaker-view.ts";

const T0 = Date.parse("2026-11-21T10:00:00.000Z");
const config = resolveBreakerConfig({ windowSize: 10, minimumCalls: 4, openMs: 30_000, permittedTrials: 2 });

const row = (id: string, state: BreakerState): BreakerRow => ({
  ...state,
  kind: "breaker",
  id,
  agentKey: id,
  updatedAt: state.changedAt,
  version: 1,
  seq: 1,
});

function having(outcomes: string, from = newBreaker(config, T0)): BreakerState {
  return [...outcomes].reduce(
    (state, mark) => record(state, { success: mark === ".", error: "boom" }, T0).breaker,
    from,
  );
}

describe("what a tile says of a breaker", () => {
  it("a breaker without calls has no rate, and says how many calls it needs", () => {
    const view = breakerView(row("a", newBreaker(config, T0)));
    expect(view).toMatchObject({ failureRate: null, calls: 0, minimum: 4, judged: false, due: null, trials: null });
    expect(view.summary).toBe("no calls yet; needs 4 calls");
  });

  it("a rate under the minimum of calls is shown, marked as not decisive", () => {
    const view = breakerView(row("a", having("x..")));
    expect(view).toMatchObject({ calls: 3, failures: 1, judged: false });
    expect(view.summary).toBe("1 of 3 calls failed, opens at 50% once there are 4");
  });

  it("an open breaker counts down to its half-open time and keeps the error that led there", () => {
    const view = breakerView(row("a", having("..xx")));
    expect(view.state).toBe("open");
    expect(view.due).toEqual({ at: new Date(T0 + 30_000).toISOString(), label: "Half-open in" });
    expect(view).toMatchObject({ openings: 1, lastError: "boom", failureRate: 0.5, judged: true });
  });

  it("a half-open breaker shows its trials", () => {
    const halfOpen = tick(having("..xx"), T0 + 30_000).breaker;
    const tried = record(halfOpen, { success: true }, T0 + 30_001, null, { anyTrial: true }).breaker;
    const view = breakerView(row("a", tried));
    expect(view.trials).toEqual({ permitted: 2, inFlight: 0, passed: 1, failed: 0 });
    expect(view.due).toBeNull();
  });

  it("slow calls are shown with their threshold, and not at all when slowness is off", () => {
    const slow = newBreaker({ ...config, slowCallMs: 2_000, slowCallRateThreshold: 0.8 }, T0);
    expect(breakerView(row("a", slow)).slow).toEqual({ rate: null, threshold: 0.8, overMs: 2_000 });
    const called = record(slow, { success: true, durationMs: 3_000 }, T0).breaker;
    expect(breakerView(row("a", called)).slow).toEqual({ rate: 1, threshold: 0.8, overMs: 2_000 });
    expect(breakerView(row("a", having("x"))).slow).toBeNull();
  });

  it("a breaker that opened again shows its trials, not a window that is too small", () => {
    const halfOpen = tick(having("..xx"), T0 + 30_000).breaker;
    const again = ["x", "x"].reduce(
      (state) => record(state, { success: false }, T0 + 30_001, null, { anyTrial: true }).breaker,
      halfOpen,
    );
    expect(breakerView(row("a", again))).toMatchObject({
      state: "open",
      calls: 2,
      minimum: 2,
      judged: true,
      ofTrials: true,
    });
  });

  it("an override has its actor, reason and expiry", () => {
    const order = { reason: "maintenance", by: "user:ada", expiresAt: new Date(T0 + 60_000).toISOString() };
    const view = breakerView(row("a", override(newBreaker(config, T0), "forced_open", order, T0).breaker));
    expect(view.override).toMatchObject({ reason: "maintenance", by: "user:ada" });
    expect(view.due).toEqual({ at: order.expiresAt, label: "Override ends in" });
  });
});
