import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../kernel/time.ts";
import { typesOf, World } from "../kernel/tx.test-kit.ts";

const SUBJECT = { kind: "queue", id: "q" };

/** What the clock sees: the queue's depth is `value`. */
const seen = (value: number, more: object = {}) => ({
  type: "alert.fire" as const,
  alertId: "depth:q",
  ruleId: "depth",
  title: "Queue q is deep",
  detail: null,
  subject: SUBJECT,
  runId: null,
  value,
  threshold: 10,
  causeId: null,
  ...more,
});
const clear = { type: "alert.clear" as const, alertId: "depth:q", reason: "it drained" };

function world(forMs = 0, more: object = {}): World {
  const made = new World();
  const rule = {
    type: "rule.put" as const,
    ruleId: "depth",
    kind: "queue_depth" as const,
    severity: "warning" as const,
  };
  made.commit({ ...rule, params: { depth: 10 }, enabled: true, forMs, ...more });
  return made;
}
const alert = (of: World) => of.row("alert", "depth:q");

describe("an alert's life", () => {
  test("a condition must hold for as long as its rule asks, and is withdrawn silently when it does not", () => {
    const w = world(2 * MINUTE_MS);
    w.tick(seen(11));
    expect(alert(w)).toMatchObject({ status: "pending", value: 11, threshold: 10, severity: "warning" });
    w.now += MINUTE_MS;
    w.tick(seen(12));
    expect(alert(w).status).toBe("pending");
    w.tick(clear);
    expect(alert(w).status).toBe("resolved");
    w.tick(seen(13));
    w.now += 2 * MINUTE_MS;
    w.tick(seen(14));
    expect(alert(w)).toMatchObject({ status: "firing", pendingSince: null });
    expect(typesOf(w.events).filter((type) => type.startsWith("alert."))).toEqual([
      "alert.pending",
      "alert.withdrawn",
      "alert.pending",
      "alert.reopened",
    ]);
  });

  test("seeing the same again changes nothing", () => {
    const w = world();
    w.tick(seen(11));
    const { version } = alert(w);
    w.tick(seen(11), seen(11));
    expect(alert(w)).toMatchObject({ version, status: "firing" });
  });

  test("sleeps until a time, and fires again then", () => {
    const w = world();
    w.tick(seen(11));
    w.commit({ type: "alert.snooze", alertId: "depth:q", until: "2026-11-21T13:00:00Z", note: "lunch" });
    const { snoozedUntil } = alert(w);
    expect(alert(w)).toMatchObject({ status: "snoozed", snoozeMode: "time", note: "lunch" });
    w.tick(seen(99));
    expect(alert(w).status).toBe("snoozed");
    w.tick({ type: "alert.snooze_expire", alertId: "depth:q", snoozedUntil: "2026-11-21T12:30:00.000Z" });
    expect(alert(w).status).toBe("snoozed");
    w.tick({ type: "alert.snooze_expire", alertId: "depth:q", snoozedUntil: snoozedUntil as string });
    expect(alert(w)).toMatchObject({ status: "firing", snoozedUntil: null, snoozeMode: null });
  });

  test("is woken when the snooze is taken back", () => {
    const w = world();
    w.tick(seen(11));
    w.commit({ type: "alert.snooze", alertId: "depth:q", until: "2026-11-21T13:00:00Z" });
    w.commit({ type: "alert.unacknowledge", alertId: "depth:q" });
    expect(alert(w)).toMatchObject({ status: "firing", snoozedUntil: null, snoozeMode: null, note: null });
  });

  test("sleeps until it gets worse by a fifth, or until it is over", () => {
    const w = world();
    w.tick(seen(20));
    w.commit({ type: "alert.snooze", alertId: "depth:q", mode: "worse" });
    w.tick(seen(23));
    expect(alert(w).status).toBe("snoozed");
    w.tick(seen(24));
    expect(alert(w)).toMatchObject({ status: "firing", value: 24 });
    w.commit({ type: "alert.snooze", alertId: "depth:q" });
    expect(alert(w).snoozeMode).toBe("resolved");
    w.tick(seen(1000));
    expect(alert(w).status).toBe("snoozed");
    w.tick(clear);
    expect(alert(w).status).toBe("resolved");
  });

  test("worse is away from the threshold: of a rate, down", () => {
    const w = world();
    const rate = (value: number) => seen(value, { threshold: 0.8 });
    w.tick(rate(0.5));
    w.commit({ type: "alert.snooze", alertId: "depth:q", mode: "worse" });
    for (const value of [0.41, 0.79, 0.5]) {
      w.tick(rate(value));
      expect(alert(w)).toMatchObject({ status: "snoozed", value, snoozedValue: 0.5 });
    }
    w.tick(rate(0.4));
    expect(alert(w)).toMatchObject({ status: "firing", value: 0.4 });
  });

  test("a snooze ends an acknowledgement, and its timeout with it", () => {
    const w = world();
    w.tick(seen(11));
    w.commit({ type: "alert.acknowledge", alertId: "depth:q", note: "mine", timeoutMs: MINUTE_MS });
    w.commit({ type: "alert.snooze", alertId: "depth:q" });
    const nobody = { acknowledgedBy: null, acknowledgedAt: null, ackExpiresAt: null, note: null };
    expect(alert(w)).toMatchObject({ status: "snoozed", ...nobody });
    w.now += MINUTE_MS;
    w.settle();
    expect(alert(w).status).toBe("snoozed");
  });

  test("keeps its latest two hundred comments, and all of them over a reopening", () => {
    const w = world();
    w.tick(seen(11));
    for (let n = 1; n <= 201; n += 1) w.commit({ type: "alert.comment", alertId: "depth:q", text: `c${n}` });
    w.tick(clear);
    w.tick(seen(11));
    const texts = alert(w).comments.map(({ text }) => text);
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([200, "c2", "c201"]);
  });

  test("resolved by an operator, it reopens when the condition still holds, and counts that", () => {
    const w = world();
    w.tick(seen(11));
    w.commit({ type: "alert.comment", alertId: "depth:q", text: "looking" });
    w.commit({ type: "alert.resolve", alertId: "depth:q", note: "done" });
    expect(alert(w)).toMatchObject({ status: "resolved", resolvedBy: "key:test" });
    w.tick(seen(11));
    expect(alert(w)).toMatchObject({ status: "firing", reopened: 1, resolvedBy: null });
    expect(alert(w).comments).toMatchObject([{ by: "key:test", text: "looking" }]);
  });

  test("an open breaker folds what it causes; a closed one does not", () => {
    const w = world();
    w.commit({ type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } });
    w.tick(seen(11, { causeId: "breaker_open:x" }));
    expect(alert(w).causeId).toBeNull();
    w.tick(clear);
    w.commit({ type: "breaker.record", agentKey: "x", success: false });
    w.tick(seen(11, { causeId: "breaker_open:x" }));
    expect(alert(w).causeId).toBe("breaker_open:x");
  });

  test("illegal moves are refused, naming the legal ones", () => {
    const w = world(MINUTE_MS);
    expect(w.refuse({ type: "alert.snooze", alertId: "depth:q" }).code).toBe("not_found");
    w.tick(seen(11));
    expect(w.refuse({ type: "alert.acknowledge", alertId: "depth:q" })).toMatchObject({
      legal: ["firing", "resolved"],
    });
    expect(w.refuse({ type: "alert.comment", alertId: "depth:q", text: "x" }).code).toBe("not_permitted");
    w.now += MINUTE_MS;
    w.tick(seen(11));
    const past = { type: "alert.snooze" as const, alertId: "depth:q", until: "2026-11-21T11:00:00Z" };
    expect(w.refuse(past).message).toContain("has passed");
    w.commit({ type: "alert.resolve", alertId: "depth:q" });
    expect(w.refuse({ type: "alert.resolve", alertId: "depth:q" })).toMatchObject({ legal: ["firing"] });
  });

  test("a run that misses its deadline raises an alert at once, and resolved when it is retried", () => {
    const w = new World();
    w.commit({ type: "run.create", runId: "r", workflow: "w", timeoutMs: 1000 });
    w.commit({ type: "run.transition", runId: "r", to: "running" });
    for (const jobId of ["a", "b", "c", "d", "e"]) w.commit({ type: "job.enqueue", jobId, runId: "r" });
    w.commit({ type: "job.start", jobId: "d", agentKey: "x" });
    w.now += 1000;
    w.settle();
    expect(w.row("alert", "run_overdue:r")).toMatchObject({
      ...{ status: "firing", runId: "r", threshold: 1000, title: "Run r timed out" },
      detail: "w did not end within 1 s; job d was running, job a was queued, job b was queued and 2 more",
    });
    w.commit({ type: "run.retry", runId: "r" });
    expect(w.row("alert", "run_overdue:r").status).toBe("resolved");
  });
});

describe("rules", () => {
  test("one that is off, or gone, raises nothing; an open breaker's can be turned off too", () => {
    const w = world(0, { enabled: false });
    w.tick(seen(11));
    expect(w.all("alert")).toEqual([]);
    w.commit({ type: "rule.remove", ruleId: "breaker_open" });
    w.commit({ type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } });
    w.commit({ type: "breaker.record", agentKey: "x", success: false });
    expect(w.row("breaker", "x").state).toBe("open");
    expect(w.all("alert")).toEqual([]);
    expect(w.refuse({ type: "rule.remove", ruleId: "breaker_open" }).code).toBe("not_found");
  });

  test("a built-in one is replaced by putting one of its id, and keeps its kind", () => {
    const w = new World();
    const put = {
      type: "rule.put" as const,
      ruleId: "breaker_open",
      severity: "info" as const,
      enabled: true,
      params: {},
    };
    expect(w.refuse({ ...put, kind: "stuck" }).code).toBe("not_permitted");
    w.commit({ ...put, kind: "breaker_open", params: { agents: ["y"] } });
    w.commit({ type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } });
    w.commit({ type: "agent.register", agentKey: "y", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } });
    for (const agentKey of ["x", "y"]) w.commit({ type: "breaker.record", agentKey, success: false });
    expect(w.all("alert")).toMatchObject([{ id: "breaker_open:y", severity: "info" }]);
  });

  test("an opening breaker leaves a built-in rule that has a delay, or is of another kind by now, to the clock", () => {
    const w = new World();
    const put = { type: "rule.put" as const, ruleId: "breaker_open", severity: "info" as const, enabled: true };
    w.commit({ ...put, kind: "breaker_open", params: {}, forMs: 5000 });
    for (const agentKey of ["x", "y"]) {
      w.commit({ type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } });
    }
    w.commit({ type: "breaker.record", agentKey: "x", success: false });
    w.commit({ type: "rule.remove", ruleId: "breaker_open" });
    w.commit({ ...put, kind: "stuck", params: {} });
    w.commit({ type: "breaker.record", agentKey: "y", success: false });
    expect(w.all("alert")).toEqual([]);
  });

  test.each([
    ["success_rate", { threshold: 2 }, "params.threshold"],
    ["success_rate", { threshold: 0.9, recovery: 0.5 }, "params.recovery"],
    ["queue_depth", { deep: 1 }, "params"],
    ["stuck", { noProgressMs: 10 }, "params.noProgressMs"],
    ["approval_waiting", { afterMs: "1h" }, "params.afterMs"],
  ] as const)("a %s rule with %j is refused at %s", (kind, params, path) => {
    const { faults } = new World().attempt([
      { type: "rule.put", ruleId: "r", kind, params, severity: "info", enabled: true },
    ]);
    expect(faults.map((fault) => fault.path)).toEqual([expect.stringContaining(path)]);
  });

  test("channels to notify must exist", () => {
    const put = { type: "rule.put" as const, ruleId: "r", kind: "stuck" as const, severity: "info" as const };
    const fault = new World().refuse({ ...put, enabled: true, params: {}, channels: ["nowhere"] });
    expect(fault.code).toBe("not_found");
  });
});
