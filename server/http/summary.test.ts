import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "./kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test("minutes that are over are remembered and still add up to the same", async () => {
  const { prisma } = api.t.deps;
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const outcome = (minutesAgo: number, n: number) => ({
    tenantId: "other",
    id: `old-${minutesAgo}-${n}`,
    agentKey: "x",
    success: n % 2 === 0,
    at: new Date(minute - minutesAgo * 60_000),
    seq: 1n,
  });
  await prisma.outcome.createMany({ data: [outcome(5, 0), outcome(5, 1), outcome(61, 0)] });
  const minuteBefore = async () => {
    const minutes = (await api.stranger.get("/summary")).body.throughput as {
      t: string;
      completed: number | null;
      failed: number | null;
    }[];
    expect(minutes).toHaveLength(60);
    // Of a minute before there was a server nothing is known; the present one has had no calls.
    expect(minutes.find(({ t }) => Date.parse(t) === minute - 6 * 60_000)).toMatchObject({
      completed: null,
      failed: null,
    });
    expect(minutes.at(-1)).toMatchObject({ completed: 0, failed: 0 });
    return minutes.find(({ t }) => Date.parse(t) === minute - 5 * 60_000);
  };
  expect(await minuteBefore()).toMatchObject({ completed: 1, failed: 1 });
  expect(await minuteBefore()).toMatchObject({ completed: 1, failed: 1 });
});

test("the summary of a tenant without runs and agents is all zeros", async () => {
  const { status, body } = await api.stranger.get("/summary");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    runs: { byStatus: { pending: 0, running: 0, blocked: 0, completed: 0, failed: 0, cancelled: 0, timed_out: 0 } },
    successRate: { rate: null, completed: 0, ended: 0, windowMs: 86_400_000 },
    queue: { waiting: 0, queued: 0, running: 0, oldestQueuedAt: null },
    breakers: { closed: 0, open: 0, half_open: 0, forced_open: 0, disabled: 0 },
    alerts: { firing: 0, acknowledged: 0 },
    agents: { total: 0, busy: 0, capacity: 0 },
    head: 0,
  });
  expect(body.throughput).toHaveLength(60);
});

test("the summary counts runs, the queue, breakers, alerts, agents and calls by minute", async () => {
  const finish = (runId: string, to: "completed" | "failed" | "cancelled") =>
    [
      { type: "run.create" as const, runId, workflow: "w" },
      { type: "run.transition" as const, runId, to: "running" as const },
      { type: "run.transition" as const, runId, to },
    ] as const;
  await api.me.commit(
    ...finish("a", "completed"),
    ...finish("b", "completed"),
    ...finish("c", "failed"),
    ...finish("d", "cancelled"),
    { type: "run.create", runId: "e", workflow: "w" },
    { type: "job.enqueue", jobId: "j1", runId: "e" },
    { type: "job.enqueue", jobId: "j2", runId: "e" },
    { type: "job.enqueue", jobId: "j3", runId: "e", dependsOn: ["j2"] },
    { type: "agent.register", agentKey: "x", capacity: 3, breaker: { windowSize: 2, minimumCalls: 2 } },
    { type: "agent.register", agentKey: "y" },
    { type: "job.start", jobId: "j1", agentKey: "y" },
    { type: "breaker.record", agentKey: "x", success: false },
    { type: "breaker.record", agentKey: "x", success: false },
    { type: "breaker.record", agentKey: "y", success: true },
  );
  const { body } = await api.me.get("/summary");
  const { queuedAt } = (await api.me.get("/jobs/j2")).body;
  expect(body).toMatchObject({
    runs: { byStatus: { pending: 0, running: 1, completed: 2, failed: 1, cancelled: 1 } },
    successRate: { rate: 2 / 3, completed: 2, ended: 3 },
    queue: { waiting: 1, queued: 1, running: 1, oldestQueuedAt: queuedAt },
    breakers: { closed: 1, open: 1 },
    alerts: { firing: 1, acknowledged: 0 },
    agents: { total: 2, busy: 1, capacity: 4 },
    head: await api.me.head(),
  });
  const minutes = body.throughput as { t: string; completed: number; failed: number }[];
  const sum = (of: "completed" | "failed") => minutes.reduce((total, minute) => total + minute[of], 0);
  expect([sum("completed"), sum("failed")]).toEqual([1, 2]);
  const times = minutes.map(({ t }) => Date.parse(t));
  expect(times.slice(1).map((t, i) => t - (times[i] ?? 0))).toEqual(Array.from({ length: 59 }, () => 60_000));
});

test("a summary asked for after a commit has it, however many ask at once", async () => {
  const asking = Array.from({ length: 20 }, () => api.me.get("/summary"));
  await api.me.commit({ type: "run.create", runId: "late", workflow: "w" });
  const head = await api.me.head();
  const after = await Promise.all(Array.from({ length: 5 }, () => api.me.get("/summary")));
  for (const answer of after) expect(answer.body.head).toBe(head);
  for (const answer of await Promise.all(asking)) expect(answer.status).toBe(200);
});
