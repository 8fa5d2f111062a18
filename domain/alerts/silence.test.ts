import { beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../kernel/time.ts";
import { World } from "../kernel/tx.test-kit.ts";

const ALERT = "breaker_open:x";
const RULE = { type: "rule.put", ruleId: "breaker_open", kind: "breaker_open", params: {}, enabled: true } as const;

let world: World;
beforeEach(() => {
  world = new World();
  world.commit(
    { type: "channel.put", channelId: "team", kind: "webhook", target: "https://example.com/hook" },
    { ...RULE, severity: "warning", channels: ["team"], escalation: [{ afterMs: 1000, channels: ["team"] }] },
    { type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1 } },
  );
});

const open = () => world.commit({ type: "breaker.record", agentKey: "x", success: false });
const shut = () => world.commit({ type: "breaker.reset", agentKey: "x", reason: "over" });
const alert = () => world.row("alert", ALERT);
const sent = () => world.all("delivery").map(({ event }) => event);
const inMs = (ms: number) => new Date(world.now + ms).toISOString();
const snooze = (until = inMs(4 * HOUR_MS)) => {
  world.commit({ type: "alert.snooze", alertId: ALERT, until, note: "known" });
  return until;
};

describe("a snooze until a time", () => {
  test("holds until then, however often the alert ends and comes back", () => {
    open();
    const until = snooze();
    for (let n = 0; n < 3; n += 1) {
      world.now += 60_000;
      shut();
      expect(alert()).toMatchObject({ status: "resolved", snoozedUntil: until, snoozeMode: "time" });
      open();
      expect(alert()).toMatchObject({ status: "snoozed", snoozedUntil: until, escalateAt: null, note: "known" });
    }
    // The firing that the channel was notified of has ended; nobody was notified of the others.
    expect(sent()).toEqual(["alert.fired", "alert.resolved"]);
    world.now = Date.parse(until);
    world.tick({ type: "alert.snooze_expire", alertId: ALERT, snoozedUntil: until });
    expect(alert()).toMatchObject({ status: "firing", snoozedUntil: null, reopened: 3 });
    expect(alert().escalateAt).not.toBeNull();
    shut();
    expect(sent()).toEqual(["alert.fired", "alert.resolved", "alert.woken", "alert.resolved"]);
  });

  test("is over when its time is, though the alert was resolved then", () => {
    open();
    snooze();
    shut();
    world.now += 4 * HOUR_MS;
    open();
    expect(alert()).toMatchObject({ status: "firing", snoozedUntil: null, snoozeMode: null });
    expect(sent()).toEqual(["alert.fired", "alert.resolved", "alert.reopened"]);
  });

  test("holds over a resolution by hand and over the time that a rule asks for before it fires", () => {
    open();
    const until = snooze();
    world.commit({ type: "alert.resolve", alertId: ALERT });
    world.commit({ ...RULE, severity: "warning", channels: ["team"], forMs: 1000 });
    const seen = { title: "Open", detail: null, subject: { kind: "agent", id: "x" }, runId: null, value: null };
    const fire = { type: "alert.fire" as const, alertId: ALERT, ruleId: RULE.ruleId, ...seen };
    world.tick({ ...fire, threshold: null, causeId: null });
    expect(alert().status).toBe("pending");
    world.now += 1000;
    world.tick({ ...fire, threshold: null, causeId: null });
    expect(alert()).toMatchObject({ status: "snoozed", snoozedUntil: until });
    expect(sent()).toEqual(["alert.fired", "alert.resolved"]);
  });

  test("can be taken back while the alert is resolved, which notifies nobody", () => {
    open();
    snooze();
    shut();
    world.commit({ type: "alert.unacknowledge", alertId: ALERT });
    expect(alert()).toMatchObject({ status: "resolved", snoozedUntil: null, note: null });
    expect(world.refuse({ type: "alert.unacknowledge", alertId: ALERT }).code).toBe("illegal_transition");
    expect(sent()).toEqual(["alert.fired", "alert.resolved"]);
    open();
    expect(sent().at(-1)).toBe("alert.reopened");
  });

  test("is one until its end or until it gets worse only when that is asked for: those end with the alert", () => {
    for (const terms of [{}, { mode: "worse" as const }, { mode: "worse" as const, until: inMs(HOUR_MS) }]) {
      open();
      world.commit({ type: "alert.snooze", alertId: ALERT, ...terms });
      shut();
      expect(alert()).toMatchObject({ status: "resolved", snoozedUntil: null, snoozeMode: null });
      open();
      expect(alert().status).toBe("firing");
      shut();
    }
  });

  test("an acknowledgement is of one firing: when the alert comes back, it fires", () => {
    open();
    world.commit({ type: "alert.acknowledge", alertId: ALERT, timeoutMs: HOUR_MS });
    shut();
    open();
    expect(alert()).toMatchObject({ status: "firing", acknowledgedBy: null, ackExpiresAt: null });
  });
});

describe("an open alert says what is so now", () => {
  const refresh = (seen: object | null) => world.tick({ type: "alert.refresh", alertId: ALERT, seen: seen as null });
  const seen = { title: "Open for 2 min", detail: "still", value: 120_000, threshold: 60_000 };

  test("its figures and, when its rule is edited, its severity; what is sent then says so too", () => {
    open();
    refresh(seen);
    expect(alert()).toMatchObject({ ...seen, severity: "warning", status: "firing" });
    expect(world.events.at(-1)).toMatchObject({ type: "alert.measured", payload: seen });
    world.commit({ ...RULE, severity: "critical", channels: ["team"] });
    refresh(null);
    expect(alert()).toMatchObject({ ...seen, severity: "critical" });
    expect(world.events.at(-1)).toMatchObject({ type: "alert.regraded", payload: { from: "warning" } });
    const { seq } = world;
    refresh(seen);
    expect(world.seq).toBe(seq);
    shut();
    const payload = { alert: { title: seen.title, value: 120_000, severity: "critical", status: "resolved" } };
    expect(world.all("delivery").at(-1)).toMatchObject({ event: "alert.resolved", payload });
  });

  test("new words notify nobody, leave an acknowledgement as it is and bring back none that is resolved", () => {
    open();
    world.commit({ type: "alert.acknowledge", alertId: ALERT });
    refresh(seen);
    expect(alert()).toMatchObject({ status: "acknowledged", title: seen.title });
    shut();
    refresh({ ...seen, title: "late" });
    expect(alert()).toMatchObject({ status: "resolved", title: seen.title });
    expect(sent()).toEqual(["alert.fired", "alert.resolved"]);
  });

  test("a breaker that opens again says why it is open now", () => {
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 1000, permittedTrials: 1 };
    world.commit({ type: "agent.register", agentKey: "x", breaker });
    world.commit({ type: "breaker.record", agentKey: "x", success: false, error: "no route" });
    expect(alert().detail).toContain("no route");
    world.now += 1000;
    world.settle();
    world.commit({ type: "breaker.record", agentKey: "x", success: false, error: "no money" });
    expect(alert()).toMatchObject({ status: "firing", detail: expect.stringContaining("no money") });
    expect(sent()).toEqual(["alert.fired"]);
  });

  test("new values do not move what a snooze until it gets worse is measured by", () => {
    open();
    refresh({ ...seen, value: 100, threshold: 10 });
    world.commit({ type: "alert.snooze", alertId: ALERT, mode: "worse" });
    const fire = (value: number) =>
      world.tick({
        ...{ type: "alert.fire", alertId: ALERT, ruleId: RULE.ruleId, title: "Open", detail: null, runId: null },
        ...{ subject: { kind: "agent", id: "x" }, threshold: 10, causeId: null, value },
      });
    for (const value of [110, 119]) {
      fire(value);
      expect(alert()).toMatchObject({ status: "snoozed", value });
    }
    fire(120);
    expect(alert()).toMatchObject({ status: "firing", value: 120 });
  });
});
