import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { createDatabase, type Database } from "../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { readLeftBehind } from "./due/due.ts";
import { commit, openStore } from "./lane/lane.test-kit.ts";
import { laneDatabase } from "./lane/lane-database.ts";
import { CLAIMABLE_JOBS } from "./lane/statements.ts";
import type { Store } from "./types.ts";

let database: TestDatabase;
let second: Database;
let tenants = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  second = createDatabase(database.url, { max: 3 });
});
afterAll(async () => {
  await second.close();
  await database.drop();
});

const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  queue: "q",
  ...more,
});
const configure = (more: object): ClientMutationInput => ({ type: "queue.configure", queue: "q", ...more });

/** Two servers on one database, after these mutations. */
async function servers(...mutations: ClientMutationInput[]) {
  tenants += 1;
  const tenant = `queues${tenants}`;
  const stores = [await openStore(database, tenant), await openStore(second, tenant)] as [Store, Store];
  const on = (store: Store, ...asked: ClientMutationInput[]) => commit(store, asked, {}, tenant);
  await on(stores[0], { type: "run.create", runId: "r", workflow: "w" }, ...mutations);
  const claim = async (store: Store, max: number, agentKey = "a"): Promise<string[]> => {
    const { receipt } = await on(store, { type: "job.claim", agentKey, max, leaseMs: 60_000 });
    return (receipt.results[0] as { jobs: { id: string }[] }).jobs.map((job) => job.id);
  };
  const close = () => Promise.all(stores.map((store) => store.close()));
  return { tenant, stores, on, claim, close };
}

const JOBS = Array.from({ length: 60 }, (_, n) => `j${String(n).padStart(3, "0")}`);

test("twenty claims at once on two servers take as many jobs as may run, and no more, again and again", async () => {
  const { tenant, stores, on, claim, close } = await servers(
    configure({ concurrency: 3 }),
    ...JOBS.map((jobId) => enqueue(jobId)),
  );
  const left = new Set(JOBS);
  while (left.size > 0) {
    const claims = Array.from({ length: 20 }, (_, n) => claim(stores[n % 2] as Store, 1 + (n % 3), `a${n}`));
    const taken = (await Promise.all(claims)).flat();
    expect(taken).toHaveLength(3);
    const where = { tenantId: tenant, queue: "q", status: "running" };
    expect(await database.prisma.job.count({ where })).toBe(3);
    for (const jobId of taken) expect(left.delete(jobId)).toBe(true);
    await Promise.all(taken.map((jobId, n) => on(stores[n % 2] as Store, { type: "job.complete", jobId })));
  }
  const queue = await database.prisma.queue.findFirstOrThrow({ where: { tenantId: tenant } });
  expect(queue.jobCounts).toMatchObject({ queued: 0, running: 0, completed: JOBS.length });
  await close();
});

test("with ends and claims at once on two servers, never more run than allowed", async () => {
  const { tenant, stores, on, claim, close } = await servers(
    configure({ concurrency: 3 }),
    ...JOBS.map((jobId) => enqueue(jobId)),
  );
  const done = new Set<string>();
  const work = async (worker: number) => {
    const [store, other] = worker % 2 ? [stores[1], stores[0]] : stores;
    while (done.size < JOBS.length) {
      for (const jobId of await claim(store, 2, `a${worker}`)) {
        await on(other, { type: "job.complete", jobId });
        expect(done.has(jobId)).toBe(false);
        done.add(jobId);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)));
  // At no position of the log were more running.
  const events = await stores[0].readEvents(tenant, { after: 0, limit: 100_000 });
  let now = 0;
  for (const { type } of events) {
    if (type === "job.started") now += 1;
    if (type === "job.completed") now -= 1;
    expect(now).toBeLessThanOrEqual(3);
  }
  expect(done.size).toBe(JOBS.length);
  await close();
});

test("a queue paused on one server gives no jobs on the other", async () => {
  const { stores, on, claim, close } = await servers(enqueue("j0"), enqueue("j1"));
  expect(await claim(stores[1], 1)).toEqual(["j0"]);
  await on(stores[0], configure({ paused: true }));
  expect(await claim(stores[1], 1)).toEqual([]);
  await on(stores[1], configure({ paused: false }));
  expect(await claim(stores[0], 1)).toEqual(["j1"]);
  await close();
});

test("slots freed by a commit go to claims after it in the same batch, and jobs behind full queues are found", async () => {
  const { stores, on, claim, close } = await servers(
    configure({ concurrency: 1 }),
    ...JOBS.map((jobId) => enqueue(jobId, { priority: 9 })),
    enqueue("other", { queue: "other" }),
  );
  const [store] = stores;
  expect(await claim(store, 5)).toEqual([JOBS[0], "other"]);
  const { receipt } = await on(
    store,
    { type: "job.complete", jobId: String(JOBS[0]) },
    { type: "job.claim", agentKey: "b", max: 3, leaseMs: 60_000 },
    configure({ concurrency: 3 }),
    { type: "job.claim", agentKey: "c", max: 3, leaseMs: 60_000 },
  );
  const taken = [1, 3].map((at) => (receipt.results[at] as { jobs: { id: string }[] }).jobs.map((job) => job.id));
  expect(taken).toEqual([[JOBS[1]], [JOBS[2], JOBS[3]]]);
  await close();
});

test("a job that waits for a human is not left behind; one whose approval was settled unnoticed is", async () => {
  const { tenant, on, stores, close } = await servers(
    enqueue("p"),
    enqueue("a", { dependsOn: ["p"], approval: { title: "Go?" } }),
    enqueue("b", { approval: { title: "Go?" } }),
  );
  await on(stores[0], { type: "job.start", jobId: "p", agentKey: "x" }, { type: "job.complete", jobId: "p" });
  const left = async () => {
    const found = await readLeftBehind(laneDatabase(database.pool));
    return found.flatMap((due) => (due.tenantId === tenant ? [due.mutation] : []));
  };
  expect(await left()).toEqual([]);
  const { approvalId } = await database.prisma.job.findFirstOrThrow({ where: { tenantId: tenant, id: "b" } });
  await database.prisma.approval.updateMany({
    where: { tenantId: tenant, id: String(approvalId) },
    data: { status: "rejected" },
  });
  expect(await left()).toEqual([{ type: "job.settle", jobId: "b" }]);
  await close();
});

test("hundreds of jobs that wait for approvals are released, and cancelled, by one commit, on a server that knows them and on one that does not", async () => {
  const names = Array.from({ length: 400 }, (_, n) => `w${n}`);
  const gated = names.map((jobId) => enqueue(jobId, { dependsOn: ["p"], approval: { title: "Go?" } }));
  for (const knowing of [0, 1]) {
    const { tenant, stores, on, close } = await servers(enqueue("p"), ...gated, {
      type: "job.start",
      jobId: "p",
      agentKey: "x",
    });
    const where = { tenantId: tenant };
    const [half, store] = [names.slice(0, 200), stores[knowing] as Store];
    const approvals = await database.prisma.approval.findMany({ where: { ...where, jobId: { in: half } } });
    await on(store, ...approvals.map(({ id }): ClientMutationInput => ({ type: "approval.approve", approvalId: id })));
    await on(stores[1 - knowing] as Store, { type: "job.complete", jobId: "p" });
    expect(await database.prisma.job.count({ where: { ...where, status: "queued" } })).toBe(200);
    await on(store, { type: "run.transition", runId: "r", to: "cancelled" });
    expect(await database.prisma.job.count({ where: { ...where, status: "cancelled" } })).toBe(400);
    expect(await database.prisma.approval.count({ where: { ...where, status: "expired" } })).toBe(200);
    await close();
  }
});

test("a claim reads by the index and skips paused and full queues, however much waits there", async () => {
  const { tenant, claim, stores, on, close } = await servers(enqueue("last", { queue: "open" }));
  await database.pool.query(
    `INSERT INTO "Job" ("tenantId", "id", "runId", "queue", "priority", "status", "runAt", "createdAt", "queuedAt", "updatedAt", "seq", "dependsOn", "dependents")
     SELECT $1, 'x' || n, 'r', CASE WHEN n % 2 = 0 THEN 'paused' ELSE 'full' END, 9, 'queued', now(), now(), now(), now(), 1, '{}', '{}'
     FROM generate_series(1, 20000) AS n`,
    [tenant],
  );
  const counts = (running: number) =>
    JSON.stringify({ waiting: 0, queued: 10_000, running, completed: 0, failed: 0, timed_out: 0, cancelled: 0 });
  await database.pool.query(
    `INSERT INTO "Queue" ("tenantId", "id", "paused", "concurrency", "jobCounts", "createdAt", "updatedAt", "seq")
     VALUES ($1, 'paused', true, NULL, $2, now(), now(), 1), ($1, 'full', false, 3, $3, now(), now(), 1)`,
    [tenant, counts(0), counts(3)],
  );
  await database.pool.query(`ANALYZE "Job"`);
  const values = [tenant, "a", [], null, new Date(Date.now() + 60_000).toISOString(), 51, [], []];
  const { rows } = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${CLAIMABLE_JOBS}`, values);
  const scans: { "Relation Name"?: string; "Node Type": string; "Actual Rows": number; "Actual Loops": number }[] = [];
  JSON.stringify(rows[0]["QUERY PLAN"], (_, node) => {
    if (node && typeof node === "object" && node["Relation Name"] === "Job") scans.push(node);
    return node;
  });
  expect(scans.map((scan) => scan["Node Type"])).not.toContain("Seq Scan");
  expect(scans.reduce((sum, scan) => sum + scan["Actual Rows"] * scan["Actual Loops"], 0)).toBe(1);
  expect(await claim(stores[0], 3)).toEqual(["last"]);
  await on(stores[0], { type: "queue.configure", queue: "paused", paused: false });
  expect(await claim(stores[1], 3)).toEqual(["x10", "x100", "x1000"]);
  await close();
});
