import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import { CLEANED } from "../../../domain/maintenance/contract.ts";
import { readHead } from "../../store/lane/load-rows.ts";
import { Lease } from "../../store/lease.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const PATH = "/maintenance/cleanup";

async function rows() {
  const { prisma } = api.t.deps;
  const of = { where: { tenantId: "default" } };
  return Promise.all([prisma.run.count(of), prisma.job.count(of), prisma.agent.count(of), prisma.outcome.count(of)]);
}

/**
 * How many days ago the log's newest event lies in the past, by at least a millisecond, in days.
 */
async function justAfterNow(): Promise<number> {
  const { now } = await readHead(api.t.deps.queries, "default");
  while ((await readHead(api.t.deps.queries, "default")).now < now + 20) await delay(1);
  return 10 / DAY_MS;
}

test("POST /maintenance/cleanup answers what would leave, then what has left, and what has left is not found", async () => {
  await api.me.commit(
    { type: "run.create", runId: "old", workflow: "w" },
    { type: "job.enqueue", jobId: "j", runId: "old" },
    { type: "job.start", jobId: "j", agentKey: "a" },
    { type: "job.complete", jobId: "j" },
    { type: "run.transition", runId: "old", to: "completed" },
    { type: "run.create", runId: "open", workflow: "w" },
  );
  await api.stranger.commit({ type: "breaker.record", agentKey: "theirs", success: true });
  const key = { "idempotency-key": "k1" };
  const made = await api.me.post("/runs", { runId: "made", workflow: "w" }, key);
  await api.me.post("/runs/made/cancel");
  const days = await justAfterNow();
  const dry = await api.me.post(PATH, { olderThanDays: days, dryRun: true });
  expect(dry.status).toBe(200);
  const counts = Object.fromEntries(CLEANED.map((table) => [table, 0]));
  expect(dry.body).toEqual({
    ...counts,
    ...{ runs: 2, jobs: 1, attempts: 1, outcomes: 1, agents: 1, breakers: 1, statistics: 1 },
    ...{ dryRun: true, more: false, tooLarge: [], olderThan: expect.any(String) },
  });
  expect(await rows()).toEqual([3, 1, 1, 1]);
  const { body } = await api.me.post(PATH, { olderThanDays: days });
  expect({ ...body, dryRun: true, olderThan: dry.body.olderThan }).toEqual(dry.body);
  expect(await rows()).toEqual([1, 0, 0, 0]);
  for (const path of [
    "/runs/old",
    "/runs/old/timeline",
    "/runs/old/state",
    "/jobs/j",
    "/agents/a",
    "/agents/a/breaker",
  ]) {
    expect([path, (await api.me.get(path)).status]).toEqual([path, 404]);
  }
  expect((await api.me.post("/runs/old/retry")).status).toBe(404);
  expect((await api.me.get("/queues/default")).body).toMatchObject({ jobCounts: { completed: 0 } });
  expect((await api.me.get("/receipts/verify")).body).toMatchObject({ valid: true });
  expect((await api.stranger.get("/agents/theirs")).status).toBe(200);
  // The key and its receipt outlive the run: the same request again is not a new run.
  const again = await api.me.post("/runs", { runId: "made", workflow: "w" }, key);
  expect([made.status, again.status, again.body.code]).toEqual([201, 404, "not_found"]);
  expect((await api.me.post(PATH, { olderThanDays: days })).body).toMatchObject(counts);
});

test.each([
  [{}],
  [{ olderThanDays: 0 }],
  [{ olderThanDays: -1 }],
  [{ olderThanDays: "30" }],
  [{ olderThanDays: null }],
  [{ olderThanDays: 1e9 }],
  [{ olderThanDays: 30, dryRun: "yes" }],
  [{ olderThanDays: 30, everything: true }],
  [[30]],
])("%j is refused and changes nothing", async (asked) => {
  const [before, head] = [await rows(), await api.me.head()];
  const { status, body } = await api.me.post(PATH, asked);
  expect([status, body.errors.length > 0]).toEqual([400, true]);
  expect([await rows(), await api.me.head()]).toEqual([before, head]);
});

test("it is for admins, and one at a time", async () => {
  const viewer = await mintApiKey(api.t.deps.prisma, { tenantId: "default", name: "viewer", role: "viewer" });
  const asked = await api.t.app.inject({
    method: "POST",
    url: `/api/v1${PATH}`,
    headers: { authorization: `Bearer ${viewer.secret}` },
    payload: { olderThanDays: 1 },
  });
  expect(asked.statusCode).toBe(403);
  await new Lease(api.t.deps.queries, "cleanup:default", 60_000).take();
  const { status, body, headers } = await api.me.post(PATH, { olderThanDays: 1 });
  expect([status, body.code, headers["retry-after"]]).toEqual([409, "cleanup_under_way", "5"]);
});
