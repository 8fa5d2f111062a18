import { describe, expect, test } from "vitest";
import {
  CLIENT_MUTATION_TYPES,
  type ClientMutationInput,
  type ClientMutationType,
  contractOf,
} from "../commit/mutations.ts";

type Sample = { [field: string]: unknown };
type Samples = {
  [T in ClientMutationType]: [needed: Omit<Extract<ClientMutationInput, { type: T }>, "type">, optional: Sample];
};

/** Of each mutation: the fields it needs, and all that it may have besides. */
const SAMPLES: Samples = {
  "run.create": [
    { workflow: "w" },
    {
      runId: "r",
      definition: { steps: [{ name: "a" }] },
      context: { a: { b: "c" } },
      metadata: { a: "b" },
      tags: ["t"],
      initiatedBy: "me",
      timeoutMs: 5,
      parentRunId: "p",
      completion: "auto",
    },
  ],
  "run.transition": [
    { runId: "r", to: "running" },
    { reason: "so", error: "broken" },
  ],
  "run.retry": [{ runId: "r" }, { reason: "so", jobs: "none" }],
  "context.set": [{ runId: "r", context: { a: { b: "c" } } }, {}],
  "context.merge": [{ runId: "r", patch: { a: { b: "c" } } }, {}],
  "token.add": [{ runId: "r", tokenId: "t" }, { token: { scopeId: "s", value: { a: "b" }, status: "open" } }],
  "token.update": [{ runId: "r", tokenId: "t", patch: { scopeId: "s", value: { a: "b" }, status: "open" } }, {}],
  "token.remove": [{ runId: "r", tokenId: "t" }, {}],
  "scope.enter": [{ runId: "r", scopeId: "s" }, { parentId: "p" }],
  "scope.exit": [{ runId: "r", scopeId: "s" }, {}],
  "scope.cancel": [{ runId: "r", scopeId: "s" }, { reason: "so" }],
  "step.increment": [{ runId: "r" }, { by: 2 }],
  "metadata.set": [{ runId: "r", metadata: { a: "b" } }, {}],
  "run.restore": [
    {
      runId: "r",
      snapshot: {
        schemaVersion: 2,
        runId: "r",
        version: 3,
        seq: 7,
        status: "running",
        context: { a: "b" },
        tokens: { t: { scopeId: "s", status: "open", value: { a: ["b"] } } },
        scopes: { s: { parentId: null, status: "active" } },
        stepCount: 1,
        metadata: { a: "b" },
      },
    },
    {},
  ],
  "workstream.create": [
    { runId: "r", title: "W" },
    { workstreamId: "w", status: "ready", follow: "manual", metadata: { a: "b" } },
  ],
  "workstream.update": [{ workstreamId: "w" }, { title: "W", metadata: { a: "b" } }],
  "workstream.follow": [{ workstreamId: "w" }, {}],
  "workstream.transition": [{ workstreamId: "w", to: "ready" }, { reason: "so" }],
  "job.enqueue": [
    { runId: "r" },
    {
      jobId: "j",
      workstreamId: "w",
      step: "s",
      tool: "t",
      queue: "q",
      capability: "c",
      agentKey: "a",
      priority: -3,
      runAt: "2026-11-21T12:00:00+01:00",
      dependsOn: ["i"],
      maxAttempts: 3,
      backoffMs: 0,
      timeoutMs: 5,
      input: { argv: ["ls"] },
      approval: { title: "t", detail: "d" },
      tokenId: "t",
      escalate: { approval: { title: "t", detail: "d" } },
    },
  ],
  "queue.configure": [{ queue: "q" }, { concurrency: 2, capacity: 10, paused: true, reason: "so" }],
  "job.claim": [
    { agentKey: "a", max: 1, leaseMs: 1000 },
    { capabilities: ["c"], queues: ["q"] },
  ],
  "job.start": [{ jobId: "j", agentKey: "a" }, { leaseMs: 1000 }],
  "job.heartbeat": [{ jobId: "j", leaseToken: "t" }, { progress: { line: "x" } }],
  "job.complete": [{ jobId: "j" }, { leaseToken: "t", exitCode: -1, durationMs: 1.5, result: { a: ["b"] } }],
  "job.fail": [
    { jobId: "j", error: { message: "no", code: "E" } },
    { leaseToken: "t", exitCode: 1, durationMs: 1.5, result: { a: "b" }, retryable: false },
  ],
  "job.timeout": [{ jobId: "j" }, { leaseToken: "t", exitCode: 1, durationMs: 1.5, result: { a: "b" } }],
  "job.cancel": [{ jobId: "j" }, { reason: "so" }],
  "job.retry": [{ jobId: "j" }, { reason: "so" }],
  "agent.register": [
    { agentKey: "a" },
    {
      displayName: "A",
      capabilities: ["c"],
      capacity: 2,
      breaker: { window: "time", windowSize: 5, failureRateThreshold: 0.5 },
    },
  ],
  "agent.heartbeat": [{ agentKey: "a" }, { busy: 1 }],
  "agent.drain": [{ agentKey: "a" }, { reason: "so" }],
  "breaker.acquire": [{ agentKey: "a" }, {}],
  "breaker.record": [
    { agentKey: "a", success: true },
    { durationMs: 1.5, error: "no", permitId: "p" },
  ],
  "breaker.override": [{ agentKey: "a", state: "disabled", reason: "so" }, { expiresAt: "2026-11-21T12:00:00Z" }],
  "breaker.reset": [{ agentKey: "a", reason: "so" }, {}],
  "routing.decide": [
    { taskId: "t", taskType: "k" },
    {
      decisionId: "d",
      requiredCapability: "c",
      priority: 1,
      runId: "r",
      jobId: "j",
      weights: { success: 1, speed: 0.5, load: 0 },
      exclude: ["a"],
      fallbackOf: "e",
    },
  ],
  "routing.record": [
    { taskId: "t", taskType: "k", selectedAgent: "a" },
    {
      decisionId: "d",
      requiredCapability: "c",
      priority: 1,
      agentScore: 0.5,
      candidates: [{ agentKey: "a", score: 1, excluded: "busy" }],
      success: true,
      errorMessage: "no",
      retryAttempts: 1,
      routingDurationMs: 1.5,
      runId: "r",
      jobId: "j",
    },
  ],
  "routing.outcome": [
    { decisionId: "d", success: true },
    { durationMs: 1.5, error: "no" },
  ],
  "alert.acknowledge": [{ alertId: "a" }, { note: "n", timeoutMs: 5 }],
  "alert.unacknowledge": [{ alertId: "a" }, {}],
  "alert.snooze": [{ alertId: "a" }, { until: "2026-11-22T00:00:00Z", mode: "worse", note: "so" }],
  "alert.resolve": [{ alertId: "a" }, { note: "so" }],
  "alert.comment": [{ alertId: "a", text: "so" }, {}],
  "rule.put": [
    { ruleId: "r", kind: "queue_depth", params: { depth: 5 }, severity: "warning", enabled: true },
    { name: "n", forMs: 5, channels: ["c"], escalation: [{ afterMs: 60_000, channels: ["c"] }], notifyFolded: true },
  ],
  "rule.remove": [{ ruleId: "r" }, {}],
  "channel.put": [
    { channelId: "c", kind: "webhook", target: "https://example.com/hook" },
    {
      name: "n",
      config: { stormThreshold: 5, stormWindowMs: 5000 },
      enabled: false,
      secret: `whsec_${"A".repeat(32)}`,
    },
  ],
  "channel.rotate": [{ channelId: "c" }, {}],
  "channel.test": [{ channelId: "c" }, {}],
  "channel.remove": [{ channelId: "c" }, {}],
  "delivery.replay": [{ deliveryId: "d" }, {}],
  "session.create": [{ agentRole: "r" }, { sessionId: "s", taskId: "t", metadata: { a: { b: "c" } } }],
  "session.update": [{ sessionId: "s" }, { taskId: "t", metadata: { a: { b: "c" } } }],
  "session.transition": [{ sessionId: "s", to: "active" }, {}],
  "task.create": [
    { taskType: "k" },
    { taskId: "t", idempotencyKey: "k 1", fromAgent: "a", toAgent: "b", payload: { a: ["b"] }, traceId: "t" },
  ],
  "task.transition": [
    { taskId: "t", to: "routed" },
    { toAgent: "b", result: { a: ["b"] }, error: { message: "no", code: "E" } },
  ],
  "approval.request": [
    { title: "T" },
    {
      approvalId: "a",
      detail: "d",
      runId: "r",
      jobId: "j",
      taskId: "t",
      payload: { a: ["b"] },
      expiresAt: "2026-11-21T12:00:00Z",
      requiredApprovals: 2,
      options: ["approve", "edit"],
    },
  ],
  "approval.approve": [{ approvalId: "a" }, { comment: "c", edit: { a: ["b"] } }],
  "approval.reject": [{ approvalId: "a" }, { comment: "c" }],
  "approval.consume": [{ approvalId: "a" }, {}],
  "event.append": [{ eventType: "x.a" }, { subject: { kind: "k", id: "i" }, runId: "r", payload: { a: { b: ["c"] } } }],
};

/** Any JSON goes here. */
const ANY_JSON = new Set(["definition", "input", "progress", "result", "edit"]);
const isAnyJson = (type: string, field: string) =>
  ANY_JSON.has(field) || (field === "payload" && type !== "event.append");
const isId = (field: string) => /Id$|^(agentKey|selectedAgent|queue)$/.test(field) && field !== "permitId";
const LISTS_OF_IDS = new Set(["dependsOn", "queues"]);

const BAD_IDS = ["", "a b", "a/b", "ä", "a#1", "a\n", "a\0", "\ud800", "x".repeat(201)];
const NOT_STORABLE = ["\0", "a\0b", "\ud800", "a\udc00b"];

function wrongFor(value: unknown): unknown[] {
  const others = ["7", 7, true, null, { a: 1 }, [1], Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60];
  const kind = (one: unknown) => (Array.isArray(one) ? "list" : typeof one);
  return others.filter(
    (one) => kind(one) !== kind(value) || one === null || (typeof one === "number" && !Number.isSafeInteger(one)),
  );
}

/** The value with each of its strings, however deep, replaced in turn. */
function withStringReplaced(value: unknown, by: string): unknown[] {
  if (typeof value === "string") return [by];
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => withStringReplaced(one, by).map((changed) => value.with(index, changed)));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    withStringReplaced(one, by).map((changed) => ({ ...value, [key]: changed })),
  );
}

describe.each(CLIENT_MUTATION_TYPES)("%s", (type) => {
  const [needed, optional] = SAMPLES[type];
  const least: Sample = { type, ...needed };
  const full: Sample = { ...least, ...optional };
  const accepts = (value: unknown) => contractOf(type)?.safeParse(value).success;
  const fields = Object.entries(full).filter(([field]) => field !== "type");

  test("takes the least, and all that it may have", () => {
    expect([accepts(least), accepts(full)]).toEqual([true, true]);
  });

  test("refuses an unknown field, in nested objects of its own too", () => {
    expect(accepts({ ...least, nope: 1 })).toBe(false);
    for (const field of ["subject", "breaker", "token", "snapshot"]) {
      if (field in full) expect(accepts({ ...full, [field]: { ...(full[field] as object), nope: 1 } })).toBe(false);
    }
    if (full.candidates) expect(accepts({ ...full, candidates: [{ agentKey: "a", score: 1, nope: 1 }] })).toBe(false);
  });

  test("refuses to do without what it needs", () => {
    for (const field of Object.keys(needed)) {
      const { [field]: _, ...rest } = full;
      expect([field, accepts(rest)]).toEqual([field, false]);
    }
  });

  test.each(fields)("refuses a wrong type as %s", (field, value) => {
    const wrong = isAnyJson(type, field) ? [Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n] : wrongFor(value);
    for (const one of wrong) {
      // A text is a legal error; so is any number where a score is meant.
      if (field === "error" && typeof one === "string") continue;
      if (field === "agentScore" && one === 2 ** 60) continue;
      // Null lifts a bound.
      if (type === "queue.configure" && one === null && typeof value === "number") continue;
      expect([one, accepts({ ...full, [field]: one })]).toEqual([one, false]);
    }
  });

  test("refuses ids that are none", () => {
    for (const bad of BAD_IDS) {
      for (const [field] of fields.filter(([name]) => isId(name)))
        expect([field, bad, accepts({ ...full, [field]: bad })]).toEqual([field, bad, false]);
      for (const [field] of fields.filter(([name]) => LISTS_OF_IDS.has(name)))
        expect(accepts({ ...full, [field]: ["ok", bad] })).toBe(false);
      if (full.subject) expect(accepts({ ...full, subject: { kind: "k", id: bad } })).toBe(false);
      if (full.candidates) expect(accepts({ ...full, candidates: [{ agentKey: bad, score: 1 }] })).toBe(false);
    }
  });

  test("refuses NUL and lone surrogates in every text, however deep, and as a key", () => {
    for (const bad of NOT_STORABLE) {
      for (const [field, value] of fields) {
        for (const changed of withStringReplaced(value, bad))
          expect([field, changed, accepts({ ...full, [field]: changed })]).toEqual([field, changed, false]);
      }
      for (const field of ["definition", "context", "metadata", "patch", "input", "progress", "result", "payload"]) {
        if (field in full) expect(accepts({ ...full, [field]: { a: [{ [bad]: 1 }] } })).toBe(false);
      }
    }
  });

  test("refuses what no column holds", () => {
    for (const [field, value] of fields) {
      if (typeof value !== "number" || field === "agentScore") continue;
      expect([field, accepts({ ...full, [field]: 2 ** 53 })]).toEqual([field, false]);
      expect([field, accepts({ ...full, [field]: -(2 ** 31) - 1 })]).toEqual([field, false]);
      if (field !== "durationMs" && field !== "routingDurationMs" && type !== "alert.acknowledge")
        expect([field, accepts({ ...full, [field]: 1.5 })]).toEqual([field, false]);
    }
  });
});

test("JSON that is nested too deep is refused, not overflowed by", () => {
  const deep = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
  const accepts = (input: unknown) =>
    contractOf("job.enqueue")?.safeParse({ type: "job.enqueue", jobId: "j", runId: "r", input }).success;
  expect([accepts(deep(60)), accepts(deep(70)), accepts(deep(5000))]).toEqual([true, false, false]);
});

test.each([
  "2026-02-30T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-11-21",
  "2026-11-21T12:00:00",
  "1969-12-31T23:59:59Z",
  "9999-12-31T23:59:59-14:00",
  "+010000-01-01T00:00:00Z",
  "2026-11-21T24:30:00Z",
  "now",
])("%s is no time", (runAt) => {
  expect(contractOf("job.enqueue")?.safeParse({ type: "job.enqueue", jobId: "j", runId: "r", runAt }).success).toBe(
    false,
  );
});
