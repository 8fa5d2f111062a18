import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { queueWithFigures } from "../../domain/execution/answers.ts";
import { type Kind, ROWS, SENT_KINDS } from "../../domain/rows.ts";
import { type Api, fresh, openApi } from "./kernel/resource.test-kit.ts";
import { PROBLEM_CODES, problem } from "./openapi/problems.ts";

let api: Api;
let document: {
  openapi: string;
  paths: { [path: string]: { [method: string]: { operationId: string; responses: object; security?: unknown[] } } };
  components: { schemas: { [name: string]: unknown } };
};
beforeAll(async () => {
  api = await openApi();
  document = (await api.me.get("/openapi.json")).body as unknown as typeof document;
});
afterAll(() => api.close());

test("every route of the API is in the reference, each with its answers and its errors", () => {
  const listed = api.t.app.printRoutes({ commonPrefix: false, includeHooks: false });
  const paths = Object.keys(document.paths);
  expect(document.openapi).toBe("3.1.0");
  for (const path of ["/api/v1/commits", "/api/v1/jobs/claim", "/api/v1/runs/{id}/timeline", "/api/v1/me", "/docs"]) {
    expect(paths).toContain(path);
  }
  // The router's tree names each part once; every last part must be the end of some listed path.
  const parts = [...listed.matchAll(/── ([^\s(]+) \((?:[A-Z, ]*)\)/g)].map(([, part]) =>
    String(part).replace(/:(\w+)/g, "{$1}"),
  );
  const undocumented = parts.filter((part) => !part.includes("*") && !paths.some((path) => path.endsWith(part)));
  const outside = ["/healthz", "/readyz", "/metrics", "/login", "/login/key", "key", "login"];
  expect(
    undocumented.filter(
      (part) => !outside.some((known) => part.endsWith(known)) && !part.includes(".") && !part.startsWith("/_next"),
    ),
  ).toEqual([]);
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const methods of Object.values(document.paths)) {
    for (const { responses } of Object.values(methods)) {
      expect(Object.keys(responses).some((status) => status.startsWith("2"))).toBe(true);
      expect(Object.keys(responses)).toContain("401");
    }
  }
});

test("every reference inside the document leads somewhere", () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect(refs.length).toBeGreaterThan(50);
  for (const name of refs) expect(document.components.schemas).toHaveProperty([String(name)]);
});

test("real answers are as the reference says", async () => {
  const [runId, agentKey, jobId, decisionId] = [fresh("run"), fresh("agent"), fresh("job"), fresh("dec")];
  await api.me.commit(
    { type: "run.create", runId, workflow: "w", timeoutMs: 60_000, context: { a: [1] } },
    { type: "workstream.create", runId, workstreamId: fresh("ws"), title: "T" },
    { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "job.enqueue", jobId, runId },
    { type: "job.start", jobId, agentKey },
    { type: "job.fail", jobId, error: "e", durationMs: 5 },
    { type: "breaker.override", agentKey, state: "forced_open", reason: "r" },
    { type: "routing.record", decisionId, taskId: "t", taskType: "x", selectedAgent: agentKey, success: true },
    { type: "task.create", taskId: "task", taskType: "x", toAgent: agentKey, idempotencyKey: "k", payload: [1] },
    { type: "session.create", sessionId: "session", agentRole: "coder", taskId: "task", metadata: { a: 1 } },
    { type: "approval.request", approvalId: "approval", title: "T", taskId: "task", requiredApprovals: 2 },
    { type: "approval.approve", approvalId: "approval", comment: "c" },
    { type: "channel.put", channelId: "channel", kind: "webhook", target: "https://example.com/hook" },
    { type: "channel.test", channelId: "channel" },
    { type: "rule.put", ruleId: "rule", kind: "stuck", params: {}, severity: "info", enabled: false },
  );
  const items = async (path: string) => (await api.me.get(path)).body.items;
  const rows = [
    (await api.me.get(`/runs/${runId}`)).body,
    ...(await items("/workstreams")),
    ...(await items("/jobs")),
    ...(await items("/agents")).flatMap(({ breaker, statistics, ...agent }) => [agent, breaker, statistics]),
    ...(await items("/routing/decisions")),
    ...(await items("/queues")),
    ...(await items("/sessions")),
    ...(await items("/tasks")),
    // Pending ones carry their task.
    ...(await items("/approvals")).map(({ task: _, ...approval }) => approval),
    ...(await items("/channels")),
    ...(await items("/deliveries")),
    ...(await items("/alerts?status=firing,acknowledged,snoozed,resolved")),
    ...((await api.me.get(`/jobs/${jobId}`)).body.attempts as object[]),
    // Sent by sockets only.
    ...((await api.t.deps.store.snapshot("default", "metrics", 100))?.rows ?? []),
    ...((await api.t.deps.store.snapshot("default", "rules", 100))?.rows ?? []),
  ] as { kind: Kind }[];
  expect(new Set(rows.map((row) => row.kind))).toEqual(new Set(SENT_KINDS));
  for (const row of rows) {
    const schema = ROWS[row.kind].sent.strict();
    holds(row.kind === "queue" ? queueWithFigures.strict() : schema, row);
  }
  // Answers are compared with their endpoints by the test application itself: these are asked for
  // that alone.
  for (const path of ["/runs", "/events", "/receipts", "/leaderboard"]) expect(await items(path)).not.toEqual([]);
  for (const path of ["/summary", `/runs/${runId}/state`, "/system", "/receipts/verify", "/status"])
    expect((await api.me.get(path)).status).toBe(200);
  holds(problem, (await api.me.get("/runs/nobody")).body);
});

function holds(schema: z.ZodType, answer: unknown): void {
  const { error } = schema.safeParse(answer);
  expect(error?.issues ?? [], JSON.stringify(answer)).toEqual([]);
}

test("the reference page needs a login, runs nothing, and explains every problem by its link", async () => {
  const stranger = await api.t.app.inject({ url: "/docs" });
  expect([stranger.statusCode, stranger.headers.location]).toEqual([302, "/login?next=%2Fdocs"]);
  expect((await api.t.app.inject({ url: "/api/v1/openapi.json" })).statusCode).toBe(401);
  const page = await api.t.app.inject({ url: "/docs", headers: { authorization: `Bearer ${api.me.secret}` } });
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(page.body).not.toContain("<script");
  for (const path of Object.keys(document.paths)) expect(page.body).toContain(`<code>${path}</code>`);
  for (const code of Object.keys(PROBLEM_CODES)) expect(page.body).toContain(`id="problem-${code}"`);
});
