import { beforeEach, expect, test } from "vitest";
import { World } from "../kernel/tx.test-kit.ts";

let world: World;
beforeEach(() => {
  world = new World();
  for (const channelId of ["team", "boss", "off"]) {
    world.commit({ type: "channel.put", channelId, kind: "webhook", target: "https://example.com/hook" });
  }
  world.commit(
    { type: "channel.put", channelId: "off", kind: "webhook", target: "https://example.com/hook", enabled: false },
    { type: "channel.put", channelId: "tab", kind: "browser", target: "" },
    {
      type: "rule.put",
      ruleId: "breaker_open",
      kind: "breaker_open",
      params: {},
      severity: "critical",
      enabled: true,
      channels: ["team", "off", "tab"],
      escalation: [
        { afterMs: 60_000, channels: ["boss"] },
        { afterMs: 120_000, channels: ["boss", "team"] },
      ],
    },
    { type: "agent.register", agentKey: "a", breaker: { windowSize: 1, minimumCalls: 1 } },
  );
});

const open = () => world.commit({ type: "breaker.record", agentKey: "a", success: false });
const alert = () => {
  const [one] = world.all("alert");
  if (!one) throw new Error("there is no alert");
  return one;
};
const sent = () => world.all("delivery").map(({ channelId, event }) => `${event} ${channelId}`);
const later = (ms: number) => {
  world.now += ms;
};
const escalate = (escalateAt = alert().escalateAt ?? "") =>
  world.tick({ type: "alert.escalate", alertId: alert().id, escalateAt });

test("an alert and its notifications come to be in one commit, for each enabled channel of its rule", () => {
  open();
  expect(sent()).toEqual(["alert.fired team"]);
  const [delivery] = world.all("delivery");
  expect(delivery).toMatchObject({ alertId: alert().id, status: "pending", attempts: 0 });
  expect(delivery?.payload).toMatchObject({ alert: { alertId: alert().id, status: "firing", severity: "critical" } });
  world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  open();
  expect(sent()).toEqual(["alert.fired team", "alert.resolved team", "alert.reopened team"]);
});

test("if nobody acknowledges in time the next channels are notified, step by step; all of them are notified of the end", () => {
  open();
  const firedAt = world.now;
  expect(Date.parse(alert().escalateAt ?? "")).toBe(firedAt + 60_000);
  later(60_000);
  escalate();
  expect(alert()).toMatchObject({ escalationStep: 1, escalateAt: new Date(firedAt + 180_000).toISOString() });
  const { seq } = world;
  escalate("2026-11-21T12:01:00.000Z");
  expect(world.seq).toBe(seq);
  later(120_000);
  escalate();
  expect(alert()).toMatchObject({ escalationStep: 2, escalateAt: null, status: "firing" });
  world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  expect(sent()).toEqual([
    "alert.fired team",
    "alert.escalated boss",
    "alert.escalated boss",
    "alert.escalated team",
    "alert.resolved team",
    "alert.resolved boss",
  ]);
});

test("an acknowledgement stops the escalation; firing again begins it anew", () => {
  open();
  const first = alert().escalateAt ?? "";
  world.commit({ type: "alert.acknowledge", alertId: alert().id });
  expect(alert().escalateAt).toBeNull();
  later(60_000);
  escalate(first);
  expect(sent()).toEqual(["alert.fired team"]);
  world.commit({ type: "alert.unacknowledge", alertId: alert().id });
  expect(alert().escalateAt).toBe(new Date(world.now + 60_000).toISOString());
  later(60_000);
  escalate();
  expect(sent()).toEqual(["alert.fired team", "alert.unacknowledged team", "alert.escalated boss"]);
});

test("after an acknowledgement ran out the escalation begins with its first step, however far it had gone", () => {
  open();
  later(60_000);
  escalate();
  const again = { type: "alert.acknowledge" as const, alertId: alert().id, timeoutMs: 5_000 };
  world.commit(again);
  later(5_000);
  world.settle();
  expect(alert()).toMatchObject({ status: "firing", escalationStep: 0 });
  later(60_000);
  escalate();
  expect(alert().escalationStep).toBe(1);
  expect(sent()).toEqual([
    "alert.fired team",
    "alert.escalated boss",
    "alert.unacknowledged team",
    "alert.escalated boss",
  ]);
  world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  expect(alert()).toMatchObject({ status: "resolved", escalateAt: null });
});

test("a snoozed alert does not escalate; when it wakes it notifies again, from the first step on", () => {
  open();
  const until = new Date(world.now + 600_000).toISOString();
  world.commit({ type: "alert.snooze", alertId: alert().id, until });
  expect(alert().escalateAt).toBeNull();
  later(600_000);
  world.tick({ type: "alert.snooze_expire", alertId: alert().id, snoozedUntil: until });
  expect(alert()).toMatchObject({ status: "firing", escalationStep: 0 });
  expect(alert().escalateAt).toBe(new Date(world.now + 60_000).toISOString());
  expect(sent()).toEqual(["alert.fired team", "alert.woken team"]);
});

test("a rule that has lost its steps meanwhile ends the escalation; a removed channel is not notified", () => {
  open();
  const due = alert().escalateAt ?? "";
  const rule = {
    ruleId: "breaker_open",
    kind: "breaker_open",
    params: {},
    severity: "critical",
    enabled: true,
  } as const;
  world.commit({ type: "rule.put", ...rule, channels: ["team"] }, { type: "channel.remove", channelId: "team" });
  later(60_000);
  escalate(due);
  expect(alert()).toMatchObject({ escalateAt: null, escalationStep: 0 });
  world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  expect(sent()).toEqual(["alert.fired team"]);
});
