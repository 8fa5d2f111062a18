import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** A run with some state, and the position it is at. */
async function createRun(): Promise<{ runId: string; lastSeq: number }> {
  const runId = fresh("run");
  const receipt = await api.me.commit(
    { type: "run.create", runId, workflow: "w", context: { a: [1] }, metadata: { owner: "ops" } },
    { type: "scope.enter", runId, scopeId: "s" },
    { type: "token.add", runId, tokenId: "t", token: { scopeId: "s", value: 7 } },
    { type: "step.increment", runId },
  );
  return { runId, lastSeq: Number(receipt.lastSeq) };
}

test("a run's state says which tier served it and how new it is; what was forgotten is served from the durable storage and warm again", async () => {
  const { runId, lastSeq } = await createRun();
  const { status, body } = await api.me.get(`/runs/${runId}/state`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    runId,
    status: "pending",
    seq: lastSeq,
    changedSeq: lastSeq,
    context: { a: [1] },
    metadata: { owner: "ops" },
    tokens: { t: { scopeId: "s", value: 7 } },
    scopes: { s: {} },
    stepCount: 1,
    tier: "memory",
    strategy: "durable-first",
  });
  api.t.deps.store.tiers.shrinkTo(0);
  const cold = await api.me.get(`/runs/${runId}/state?minSeq=${lastSeq}`);
  expect(cold.body).toEqual({ ...body, tier: "durable", servedAt: expect.any(String) });
  expect((await api.me.get(`/runs/${runId}/state?minSeq=${lastSeq}`)).body).toMatchObject({ tier: "memory" });
});

test("with minSeq it is never older: it carries the position it is true at, though another run has moved the log", async () => {
  const [one, other] = [await createRun(), await createRun()];
  for (const minSeq of [one.lastSeq, other.lastSeq]) {
    const { body } = await api.me.get(`/runs/${one.runId}/state?minSeq=${minSeq}`);
    expect(body).toMatchObject({ seq: other.lastSeq, changedSeq: one.lastSeq });
  }
  const early = await api.me.get(`/runs/${one.runId}/state?minSeq=${other.lastSeq + 1}`);
  expect(early).toMatchObject({ status: 425, body: { code: "not_there_yet", head: other.lastSeq } });
  expect(early.headers["retry-after"]).toBe("1");
});

test("unknown runs and other tenants' runs are 404, an invalid position is 400", async () => {
  const { runId } = await createRun();
  expect((await api.me.get("/runs/nobody/state")).status).toBe(404);
  expect((await api.stranger.get(`/runs/${runId}/state`)).status).toBe(404);
  expect((await api.me.get(`/runs/${runId}/state?minSeq=-1`)).status).toBe(400);
  expect((await api.me.get(`/runs/${runId}/state?since=1`)).status).toBe(400);
});

test("the process says how much memory it uses, what its hot tiers hold and bring, and where the log is", async () => {
  const { runId, lastSeq } = await createRun();
  await api.me.get(`/runs/${runId}/state`);
  const { status, body } = await api.me.get("/system");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    hotTier: { backend: "memory", redis: null, memory: { up: true } },
    memory: { short: false },
    log: { head: lastSeq, floor: 0 },
  });
  const { hotTier, memory } = body as unknown as {
    hotTier: { memory: { rows: number; bytes: number; hitRatio: number } };
    memory: { rssBytes: number; heapUsedBytes: number; heapLimitBytes: number; limitBytes: number };
  };
  expect(hotTier.memory.rows).toBeGreaterThan(0);
  expect(hotTier.memory.bytes).toBeGreaterThan(0);
  expect(hotTier.memory.hitRatio).toBeGreaterThan(0);
  expect(memory.rssBytes).toBeGreaterThan(memory.heapUsedBytes);
  expect(memory.heapLimitBytes).toBeGreaterThan(memory.heapUsedBytes);
  expect(memory.limitBytes).toBeGreaterThan(memory.rssBytes);
  const metrics = await api.t.deps.metrics.metrics();
  for (const name of ["process_resident_memory_bytes", "switchyard_memory_short", "switchyard_heap_limit_bytes"]) {
    expect(metrics).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
});
