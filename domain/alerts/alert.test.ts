import { describe, expect, test } from "vitest";
import { breakerAlertId } from "../agents/breaker/breaker-row.ts";
import { id } from "../kernel/primitives.ts";
import { typesOf, World } from "../kernel/tx.test-kit.ts";

const fails = (agentKey: string) => ({ type: "breaker.record" as const, agentKey, success: false, error: "exit 1" });
const acknowledge = (more: object = {}) => ({ type: "alert.acknowledge" as const, alertId: "breaker_open:x", ...more });

function fired(agentKey = "x"): World {
  const world = new World();
  world.commit({
    type: "agent.register",
    agentKey,
    breaker: { windowSize: 1, minimumCalls: 1, openMs: 1000, permittedTrials: 1 },
  });
  world.commit(fails(agentKey));
  return world;
}
const alert = (world: World) => world.row("alert", "breaker_open:x");

describe("the alert of a breaker", () => {
  test("fires when the breaker opens, with what was wrong", () => {
    const world = fired();
    const subject = { subjectKind: "agent", subjectId: "x" };
    expect(alert(world)).toMatchObject({ status: "firing", severity: "critical", reopened: 0, ...subject });
    expect(alert(world).detail).toContain("exit 1");
  });

  test("stays through half-open, and resolves when the breaker closes", () => {
    const world = fired();
    world.now += 1000;
    world.settle();
    expect([world.row("breaker", "x").state, alert(world).status]).toEqual(["half_open", "firing"]);
    world.commit({ type: "breaker.record", agentKey: "x", success: true });
    expect(alert(world)).toMatchObject({ status: "resolved", resolvedAt: "2026-11-21T12:00:01.000Z" });
  });

  test("reopens under the same id, counted, acknowledged by nobody", () => {
    const world = fired();
    world.commit(acknowledge(), { type: "breaker.reset", agentKey: "x", reason: "fixed" });
    expect(alert(world).status).toBe("resolved");
    world.commit(fails("x"));
    expect(alert(world)).toMatchObject({ status: "firing", reopened: 1, acknowledgedBy: null, resolvedAt: null });
    expect(typesOf(world.events)).toContain("alert.reopened");
  });

  test("opening again from half-open does not fire a second time", () => {
    const world = fired();
    world.commit(acknowledge());
    world.now += 1000;
    world.settle();
    world.commit(fails("x"));
    expect(world.row("breaker", "x")).toMatchObject({ state: "open", openings: 2 });
    expect(alert(world)).toMatchObject({ status: "acknowledged", reopened: 0 });
  });

  test.each(["forced_open", "disabled"] as const)("resolves when an operator takes over (%s)", (state) => {
    const world = fired();
    world.commit({ type: "breaker.override", agentKey: "x", state, reason: "I see to it" });
    expect(alert(world)).toMatchObject({ status: "resolved", resolvedBy: "key:test" });
    world.commit({ type: "breaker.reset", agentKey: "x", reason: "fixed" });
    expect(alert(world)).toMatchObject({ status: "resolved", reopened: 0 });
  });

  test("of agents with long keys that begin alike are two alerts with legal ids", () => {
    const [one, two] = [`${"k".repeat(199)}1`, `${"k".repeat(199)}2`];
    expect(breakerAlertId(one)).not.toBe(breakerAlertId(two));
    expect(id.safeParse(breakerAlertId(one)).success).toBe(true);
    fired(one).commit(acknowledge({ alertId: breakerAlertId(one) }));
  });
});

describe("an acknowledgement", () => {
  test("says who and when; a second one is refused with who was first", () => {
    const world = fired();
    world.actor = "user:ann";
    world.commit(acknowledge({ note: "on it" }));
    expect(alert(world)).toMatchObject({ status: "acknowledged", acknowledgedBy: "user:ann", note: "on it" });
    const fault = world.refuse(acknowledge());
    expect(fault).toMatchObject({ code: "illegal_transition", message: expect.stringContaining("user:ann") });
  });

  test("can be taken back, once", () => {
    const world = fired();
    world.commit(acknowledge({ note: "n" }), { type: "alert.unacknowledge", alertId: "breaker_open:x" });
    expect(alert(world)).toMatchObject({ status: "firing", acknowledgedBy: null, acknowledgedAt: null, note: null });
    expect(world.refuse({ type: "alert.unacknowledge", alertId: "breaker_open:x" }).code).toBe("illegal_transition");
  });

  test("with a timeout runs out; one that was renewed meanwhile does not", () => {
    const world = fired();
    world.commit({ type: "breaker.override", agentKey: "x", state: "disabled", reason: "quiet" });
    world.commit({ type: "breaker.reset", agentKey: "x", reason: "on" }, fails("x"), acknowledge({ timeoutMs: 500 }));
    const [stale] = [world.row("alert", "breaker_open:x").ackExpiresAt ?? ""];
    world.commit({ type: "alert.unacknowledge", alertId: "breaker_open:x" }, acknowledge({ timeoutMs: 900 }));
    world.tick({ type: "alert.ack_expire", alertId: "breaker_open:x", ackExpiresAt: stale });
    expect(alert(world).status).toBe("acknowledged");
    world.now += 900;
    world.settle();
    expect(alert(world)).toMatchObject({ status: "firing", ackExpiresAt: null });
  });

  test.each(["alert.acknowledge", "alert.unacknowledge"] as const)(
    "%s of an unknown or resolved alert is refused",
    (type) => {
      const world = fired();
      expect(world.refuse({ type, alertId: "none" }).code).toBe("not_found");
      world.commit({ type: "breaker.reset", agentKey: "x", reason: "fixed" });
      expect(world.refuse({ type, alertId: "breaker_open:x" })).toMatchObject({
        code: "illegal_transition",
        legal: ["firing"],
      });
    },
  );
});
