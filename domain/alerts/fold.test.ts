import { beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { World } from "../kernel/tx.test-kit.ts";

const CAUSE = "breaker_open:a";
const FOLDED = "rate:a";

let world: World;
const rate = (more: object = {}): ClientMutationInput => ({
  ...{ type: "rule.put", ruleId: "rate", kind: "success_rate", params: {}, severity: "warning", enabled: true },
  channels: ["team", "extra"],
  ...more,
});
const cause = (more: object = {}): ClientMutationInput => ({
  ...{
    type: "rule.put",
    ruleId: "breaker_open",
    kind: "breaker_open",
    params: {},
    severity: "critical",
    enabled: true,
  },
  channels: ["team"],
  ...more,
});
const fire = (causeId: string | null = CAUSE) =>
  world.tick({
    ...{ type: "alert.fire", alertId: FOLDED, ruleId: "rate", title: "Rate is low", detail: null },
    ...{ subject: { kind: "agent", id: "a" }, runId: null, value: 0.5, threshold: 0.8, causeId },
  });
const openCause = () => world.commit({ type: "breaker.record", agentKey: "a", success: false });
const closeCause = () => world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
const clear = () => world.tick({ type: "alert.clear", alertId: FOLDED, reason: "over" });
const unfold = () => world.tick({ type: "alert.unfold", alertId: FOLDED });
const folded = () => world.row("alert", FOLDED);
const sent = () =>
  world
    .all("delivery")
    .filter(({ alertId }) => alertId === FOLDED)
    .map(({ channelId, event }) => `${event} ${channelId}`);

beforeEach(() => {
  world = new World();
  for (const channelId of ["team", "extra", "boss"]) {
    world.commit({ type: "channel.put", channelId, kind: "webhook", target: "https://example.com/hook" });
  }
  world.commit(rate(), cause(), { type: "agent.register", agentKey: "a", breaker: { windowSize: 1, minimumCalls: 1 } });
});

describe("an alert whose cause is open", () => {
  test("does not notify channels that were notified of the cause; they are once that is over and it still fires", () => {
    openCause();
    fire();
    expect(sent()).toEqual(["alert.fired extra"]);
    expect(folded()).toMatchObject({ heldAt: new Date(world.now).toISOString(), reach: { team: "held" } });
    expect(world.events.at(-1)).toMatchObject({
      type: "alert.folded",
      payload: { causeId: CAUSE, channels: ["team"] },
    });
    const { seq } = world;
    unfold();
    expect(world.seq).toBe(seq);
    closeCause();
    unfold();
    expect(sent()).toEqual(["alert.fired extra", "alert.fired team"]);
    expect(folded()).toMatchObject({ heldAt: null, reach: {}, status: "firing" });
    const after = world.seq;
    unfold();
    expect(world.seq).toBe(after);
    clear();
    expect(sent().slice(2)).toEqual(["alert.resolved extra", "alert.resolved team"]);
  });

  test("that ends before its cause notifies nobody, not of its end either", () => {
    openCause();
    fire();
    clear();
    closeCause();
    unfold();
    expect(sent()).toEqual(["alert.fired extra", "alert.resolved extra"]);
    expect(folded()).toMatchObject({ heldAt: null, reach: {} });
    // Without a cause it notifies like any other when it returns.
    fire(null);
    expect(sent().slice(2)).toEqual(["alert.reopened team", "alert.reopened extra"]);
  });

  test("that ends shortly after its cause, before any notification, notifies nobody of its end", () => {
    openCause();
    fire();
    closeCause();
    clear();
    expect(sent()).toEqual(["alert.fired extra", "alert.resolved extra"]);
    unfold();
    expect(sent()).toHaveLength(2);
    expect(folded()).toMatchObject({ status: "resolved", heldAt: null, reach: {} });
  });

  test("notifies at once when its cause is over, or notified nobody", () => {
    openCause();
    closeCause();
    fire();
    expect(sent()).toEqual(["alert.fired team", "alert.fired extra"]);
    clear();
    world.commit(cause({ channels: [] }));
    openCause();
    fire();
    expect(sent().slice(-2)).toEqual(["alert.reopened team", "alert.reopened extra"]);
    expect(folded().heldAt).toBeNull();
  });

  test("notifies at once when its rule says so, until the rule is changed", () => {
    world.commit(rate({ notifyFolded: true }));
    world.commit(rate());
    expect(world.row("rule", "rate").notifyFolded).toBe(true);
    openCause();
    fire();
    expect(sent()).toEqual(["alert.fired team", "alert.fired extra"]);
    world.commit(rate({ notifyFolded: false }));
    expect(world.row("rule", "rate").notifyFolded).toBe(false);
  });

  test("does not escalate: that begins when the cause is over", () => {
    world.commit(rate({ escalation: [{ afterMs: 60_000, channels: ["boss"] }] }));
    openCause();
    fire();
    expect(folded().escalateAt).toBeNull();
    world.now += 600_000;
    closeCause();
    unfold();
    const escalateAt = new Date(world.now + 60_000).toISOString();
    expect(folded().escalateAt).toBe(escalateAt);
    world.now += 60_000;
    world.tick({ type: "alert.escalate", alertId: FOLDED, escalateAt });
    expect(sent()).toEqual(["alert.fired extra", "alert.fired team", "alert.escalated boss"]);
  });

  test("that was acknowledged meanwhile notifies nobody until it fires again", () => {
    openCause();
    fire();
    world.commit({ type: "alert.acknowledge", alertId: FOLDED });
    closeCause();
    unfold();
    expect(sent()).toEqual(["alert.fired extra"]);
    world.commit({ type: "alert.unacknowledge", alertId: FOLDED });
    expect(sent().slice(1)).toEqual(["alert.unacknowledged team", "alert.unacknowledged extra"]);
    expect(folded()).toMatchObject({ heldAt: null, reach: {} });
  });

  test("that fires again by itself while it is held notifies nobody else", () => {
    openCause();
    fire();
    world.commit({ type: "alert.acknowledge", alertId: FOLDED });
    world.commit({ type: "alert.unacknowledge", alertId: FOLDED });
    expect(sent()).toEqual(["alert.fired extra", "alert.unacknowledged extra"]);
    expect(folded()).toMatchObject({ reach: { team: "held" }, escalateAt: null });
  });

  test("is held back from channels that the escalation notifies of the cause", () => {
    world.commit(cause({ channels: [], escalation: [{ afterMs: 1000, channels: ["team"] }] }));
    openCause();
    world.now += 1000;
    world.tick({ type: "alert.escalate", alertId: CAUSE, escalateAt: world.row("alert", CAUSE).escalateAt ?? "" });
    fire();
    expect(sent()).toEqual(["alert.fired extra"]);
  });

  test("goes into a digest when many causes end at once", () => {
    world.commit({
      type: "channel.put",
      channelId: "team",
      kind: "webhook",
      target: "https://example.com/hook",
      config: { stormThreshold: 1 },
    });
    openCause();
    fire();
    closeCause();
    unfold();
    expect(world.all("delivery").filter(({ alertId }) => alertId === FOLDED)).toMatchObject([
      { channelId: "extra", status: "pending" },
      { channelId: "team", status: "digested" },
    ]);
    expect(folded().reach).toEqual({ team: "digest" });
  });
});
