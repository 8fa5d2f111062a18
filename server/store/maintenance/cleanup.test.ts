import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { eventually } from "../../testing/eventually.ts";
import { givenTenants } from "../../testing/given.ts";
import { StoreError } from "../errors.ts";
import { BY, commit, follow, openStore } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { AlreadyRunning, Lease } from "../lease.ts";
import type { Store } from "../types.ts";
import { between, cleanUp, expectCounted } from "./cleanup.test-kit.ts";
import { cleanUpTenant } from "./cleanup.ts";
import { recalculate } from "./recalculate.ts";

const given = givenTenants();
let store: Store;
beforeEach(async () => {
  store = await openStore(given.database, given.tenant);
});
afterEach(() => store.close());

const send = (...mutations: ClientMutationInput[]) => commit(store, mutations, undefined, given.tenant);
const clean = (olderThan: string, more = {}, by: Pick<Store, "commit"> = store) =>
  cleanUp(given.database, by, olderThan, more, given.tenant);

/** A run of some jobs, all done but the last, which fails. */
function work(runId: string, jobs: number, agentKey = "aider"): ClientMutationInput[] {
  const ids = Array.from({ length: jobs }, (_, index) => `${runId}-${index}`);
  return [
    { type: "run.create", runId, workflow: "build", completion: "auto" },
    { type: "workstream.create", runId, workstreamId: `${runId}-w`, title: "Work" },
    ...ids.map((jobId, index): ClientMutationInput => {
      return { type: "job.enqueue", jobId, runId, workstreamId: `${runId}-w`, queue: `q${index % 3}` };
    }),
    ...ids.flatMap((jobId, index): ClientMutationInput[] => [
      { type: "job.start", jobId, agentKey },
      index === jobs - 1
        ? { type: "job.fail", jobId, error: "no" }
        : { type: "job.complete", jobId, durationMs: 10 * index },
    ]),
    { type: "routing.record", decisionId: `${runId}-d`, taskId: "t", taskType: "x", selectedAgent: agentKey, runId },
  ];
}

/** Every row of every table of a tenant. */
async function everything(of: string) {
  const tables = await given.database.prisma.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'tenantId' AND table_schema = 'public' ORDER BY 1`;
  const rows: { [table: string]: unknown } = {};
  for (const { name } of tables) {
    const { rows: found } = await given.database.pool.query(
      `SELECT * FROM "${name}" WHERE "tenantId" = $1 ORDER BY 1, 2, 3`,
      [of],
    );
    rows[name] = found;
  }
  return rows;
}

async function world() {
  await send(...work("old", 5), { type: "breaker.record", agentKey: "gone", success: true, durationMs: 3 });
  await send(
    { type: "routing.record", decisionId: "loose", taskId: "t", taskType: "x", selectedAgent: "gone", success: false },
    { type: "agent.register", agentKey: "tripped" },
    { type: "breaker.override", agentKey: "tripped", state: "forced_open", reason: "because" },
    { type: "run.create", runId: "open", workflow: "build" },
    { type: "job.enqueue", jobId: "open-1", runId: "open" },
    { type: "job.start", jobId: "open-1", agentKey: "busy" },
    { type: "job.complete", jobId: "open-1" },
    { type: "task.create", taskId: "t", taskType: "x", idempotencyKey: "k" },
  );
  // A server that starts now knows it as the database has it.
  await store.close();
  await given.database.prisma.taskKey.updateMany({
    where: { tenantId: given.tenant },
    data: { expiresAt: new Date(0) },
  });
  store = await openStore(given.database, given.tenant);
}

test("a dry run counts what the real one then removes, a second one removes nothing, and other tenants keep everything", async () => {
  const [other, otherStore] = [`other-${given.tenant}`, await openStore(given.database, `other-${given.tenant}`)];
  await commit(otherStore, work("old", 5), undefined, other);
  await world();
  const cut = await between(given.database, given.tenant);
  await send(...work("new", 2));
  const theirs = await everything(other);
  const before = await everything(given.tenant);
  const dry = await clean(cut, { dryRun: true });
  expect(await everything(given.tenant)).toEqual(before);
  // `aider` was seen since, `tripped` is forced open, `busy` works for an open run.
  expect(dry).toEqual({
    ...{ runs: 1, workstreams: 1, jobs: 5, attempts: 5, approvals: 0, alerts: 0, deliveries: 0 },
    ...{ decisions: 2, outcomes: 7, agents: 1, breakers: 1, statistics: 1, taskKeys: 1 },
    ...{ dryRun: true, olderThan: cut, more: false, tooLarge: [] },
  });
  expect(await clean(cut)).toEqual({ ...dry, dryRun: false });
  expect(await everything(other)).toEqual(theirs);
  await expectCounted(given.database, given.tenant);
  const left = async (table: "run" | "agent" | "breaker") => {
    const rows = await (given.database.prisma[table] as typeof given.database.prisma.run).findMany({
      where: { tenantId: given.tenant },
      orderBy: { id: "asc" },
    });
    return rows.map(({ id }) => id);
  };
  expect([await left("run"), await left("agent"), await left("breaker")]).toEqual([
    ["new", "open"],
    ["aider", "busy", "tripped"],
    ["aider", "busy", "tripped"],
  ]);
  const again = await clean(cut);
  expect(Object.values(again).filter((value) => typeof value === "number" && value > 0)).toEqual([]);
  const { signal } = new AbortController();
  const report = await recalculate({ queries: laneDatabase(given.database.pool), store }, given.tenant, BY, { signal });
  expect(report).toMatchObject({ agents: 3, corrected: [], unfinished: [] });
  await otherStore.close();
});

test("each batch logs what it removed, and the log's chain verifies", async () => {
  await world();
  await clean(await between(given.database, given.tenant));
  const events = await store.readEvents(given.tenant, { after: 0, limit: 1000 });
  const said = events.filter(({ type }) => type === "maintenance.cleaned").map(({ payload }) => payload);
  expect(said.flatMap(({ runs }) => runs)).toEqual(["old"]);
  expect(said.flatMap(({ agents }) => agents).sort()).toEqual(["aider", "gone"]);
  expect(events.filter(({ type }) => type === "run.removed")).toMatchObject([
    { runId: "old", payload: { workflow: "build", status: "failed", rows: { job: 5, attempt: 5, workstream: 1 } } },
  ]);
  expect(await store.verify(given.tenant)).toMatchObject({ valid: true });
});

test("another server forgets what was removed: reads, a retry and its followers", async () => {
  const other = await openStore(given.database, given.tenant);
  await world();
  expect(await other.read(given.tenant, "run", "old")).toMatchObject({ row: { status: "failed" } });
  await commit(other, [{ type: "event.append", eventType: "x.a" }], undefined, given.tenant);
  const { seen, stop } = follow(other, given.tenant);
  const unwatch = other.watch(given.tenant);
  await clean(await between(given.database, given.tenant));
  expect(await other.read(given.tenant, "run", "old")).toBeUndefined();
  expect(await store.read(given.tenant, "run", "old")).toBeUndefined();
  const retried = commit(other, [{ type: "run.retry", runId: "old" }], undefined, given.tenant);
  await expect(retried).rejects.toMatchObject({ code: "commit_refused", errors: [{ code: "not_found" }] });
  const removed = () => seen.ranges.flatMap((range) => range.removed.map(({ kind, id }) => `${kind}:${id}`));
  await eventually(() => expect(removed()).toContain("agent:gone"));
  expect(removed()).toEqual(expect.arrayContaining(["run:old", "job:old-0", "workstream:old-w", "breaker:gone"]));
  // The ids are free again, on either server.
  await commit(other, work("old", 2), undefined, given.tenant);
  expect(await store.read(given.tenant, "run", "old")).toMatchObject({ row: { status: "failed", version: 3 } });
  await expectCounted(given.database, given.tenant);
  unwatch();
  stop();
  await other.close();
});

test("a run retried between the read and the commit stays whole", async () => {
  await send(...work("r", 3));
  const cut = await between(given.database, given.tenant);
  const meddling: Pick<Store, "commit"> = {
    async commit(of, by, request, options) {
      const [mutation] = request.mutations;
      const takesRuns = mutation?.type === "maintenance.clean" && mutation.runIds.length > 0;
      if (takesRuns) await send({ type: "run.retry", runId: "r" });
      return store.commit(of, by, request, options);
    },
  };
  expect(await clean(cut, {}, meddling)).toMatchObject({ runs: 0, jobs: 0, attempts: 0 });
  expect(await store.read(given.tenant, "run", "r")).toMatchObject({ row: { status: "running" } });
  await expectCounted(given.database, given.tenant);
});

test("after an interruption between two batches, the next clean-up continues with what is left", async () => {
  for (let index = 0; index < 40; index += 1) await send(...work(`r${index}`, 10));
  const cut = await between(given.database, given.tenant);
  const total = await clean(cut, { dryRun: true });
  expect(total).toMatchObject({ runs: 40, jobs: 400, attempts: 400, decisions: 40, outcomes: 400 });
  let commits = 0;
  const dying: Pick<Store, "commit"> = {
    async commit(...asked) {
      commits += 1;
      if (commits > 4) throw new StoreError("database_away", "the server dies here");
      return store.commit(...asked);
    },
  };
  await expect(clean(cut, {}, dying)).rejects.toMatchObject({ code: "database_away" });
  await expectCounted(given.database, given.tenant);
  const ended = new AbortController();
  const first: Pick<Store, "commit"> = {
    async commit(...asked) {
      ended.abort();
      return store.commit(...asked);
    },
  };
  expect(await clean(cut, { signal: ended.signal }, first)).toMatchObject({ more: true });
  await expectCounted(given.database, given.tenant);
  const rest = await clean(cut);
  expect(rest.more).toBe(false);
  expect(rest.runs).toBeGreaterThan(0);
  expect(rest.runs).toBeLessThanOrEqual(40);
  expect(await given.database.prisma.run.count({ where: { tenantId: given.tenant } })).toBe(0);
  expect(await given.database.prisma.job.count({ where: { tenantId: given.tenant } })).toBe(0);
  await expectCounted(given.database, given.tenant);
  // No batch removes much more than its limit.
  const events = await store.readEvents(given.tenant, { after: 0, limit: 5000 });
  const sizes = events.flatMap(({ type, payload }) =>
    type === "maintenance.cleaned" ? [Object.values(payload.counts as object).reduce((a, b) => a + b, 0)] : [],
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
});

test("runs whose jobs depend on one another are removed together, unless one of them may still run", async () => {
  await send(...work("base", 2), ...work("middle", 2));
  await send(
    { type: "run.create", runId: "top", workflow: "w" },
    { type: "job.enqueue", jobId: "top-1", runId: "top", dependsOn: ["middle-0"] },
    { type: "run.create", runId: "side", workflow: "w" },
    { type: "job.enqueue", jobId: "side-1", runId: "side", dependsOn: ["base-0"] },
    { type: "run.transition", runId: "side", to: "cancelled" },
  );
  // As an older version stored it: the finished job did not list its dependents.
  await given.database.prisma.job.updateMany({ where: { tenantId: given.tenant }, data: { dependents: [] } });
  await store.close();
  store = await openStore(given.database, given.tenant);
  const cut = await between(given.database, given.tenant);
  const dry = await clean(cut, { dryRun: true });
  expect(await clean(cut)).toEqual({ ...dry, dryRun: false });
  const left = await given.database.prisma.run.findMany({ where: { tenantId: given.tenant }, orderBy: { id: "asc" } });
  expect(left.map(({ id }) => id)).toEqual(["middle", "top"]);
});

test("a run stays while an alert about it is open, and is removed with the alert long after it is resolved", async () => {
  await send(
    { type: "run.create", runId: "late", workflow: "w", timeoutMs: 1 },
    { type: "run.transition", runId: "late", to: "running" },
  );
  const deadlineAt =
    (
      await given.database.prisma.run.findFirstOrThrow({ where: { tenantId: given.tenant } })
    ).deadlineAt?.toISOString() ?? "";
  await store.commit(given.tenant, BY, { mutations: [{ type: "run.timeout" as const, runId: "late", deadlineAt }] });
  const alert = await given.database.prisma.alert.findFirstOrThrow({ where: { tenantId: given.tenant } });
  expect(alert).toMatchObject({ runId: "late", status: "firing" });
  const none = { runs: 0, alerts: 0 };
  expect(await clean(await between(given.database, given.tenant))).toMatchObject(none);
  const before = await between(given.database, given.tenant);
  await send({ type: "alert.resolve", alertId: alert.id });
  for (const dryRun of [true, false]) expect(await clean(before, { dryRun })).toMatchObject(none);
  const after = await between(given.database, given.tenant);
  for (const dryRun of [true, false]) expect(await clean(after, { dryRun })).toMatchObject({ runs: 1, alerts: 1 });
  expect(await given.database.prisma.alert.count({ where: { tenantId: given.tenant } })).toBe(0);
});

test("with decisions only, only decisions and their outcomes are removed", async () => {
  await world();
  const cut = await between(given.database, given.tenant);
  expect(await clean(cut, { decisionsOnly: true })).toMatchObject({ decisions: 2, outcomes: 1, runs: 0, agents: 0 });
  expect(await given.database.prisma.run.count({ where: { tenantId: given.tenant } })).toBe(2);
  await expectCounted(given.database, given.tenant);
});

test("two clean-ups of a tenant do not run at the same time", async () => {
  const queries = laneDatabase(given.database.pool);
  await new Lease(queries, `cleanup:${given.tenant}`, 60_000).take();
  const options = { olderThan: "2020-01-01T00:00:00.000Z", signal: new AbortController().signal };
  await expect(cleanUpTenant({ queries, store }, given.tenant, BY, options)).rejects.toThrow(AlreadyRunning);
});

test("a row removed and created again in one batch, or created and removed, is stored as it ends up", async () => {
  await send({ type: "run.create", runId: "r", workflow: "w", definition: { steps: 3 }, tags: ["old"] });
  await send({ type: "run.transition", runId: "r", to: "cancelled" });
  const olderThan = "2100-01-01T00:00:00.000Z";
  const lists = { decisionIds: [], outcomeIds: [], queues: [], agentKeys: [], taskKeys: [] };
  const remove = (runId: string) =>
    store.commit(given.tenant, BY, {
      mutations: [{ type: "maintenance.clean" as const, olderThan, ...lists, runIds: [runId] }],
    });
  const { seen, stop } = follow(store, given.tenant);
  // Requests made in one turn are one batch.
  const receipts = await Promise.all([
    remove("r"),
    send({ type: "run.create", runId: "r", workflow: "again" }),
    send(
      { type: "run.create", runId: "brief", workflow: "w" },
      { type: "run.transition", runId: "brief", to: "failed" },
    ),
    remove("brief"),
  ]);
  stop();
  expect(seen.ranges).toHaveLength(1);
  expect(seen.ranges[0]?.removed).toEqual([{ kind: "run", id: "brief" }]);
  const stored = await given.database.prisma.run.findMany({ where: { tenantId: given.tenant } });
  const seq = receipts[1]?.receipt.lastSeq;
  expect(stored).toMatchObject([
    { id: "r", workflow: "again", status: "pending", definition: null, tags: [], version: 1, finishedAt: null },
  ]);
  expect(Number(stored[0]?.seq)).toBe(seq);
  expect(await store.read(given.tenant, "run", "brief")).toBeUndefined();
  // Read by a server with empty caches.
  const fresh = await openStore(given.database, given.tenant);
  expect(await fresh.read(given.tenant, "run", "r")).toMatchObject({ row: { workflow: "again", version: 1, seq } });
  await commit(fresh, [{ type: "run.create", runId: "brief", workflow: "w" }], undefined, given.tenant);
  await fresh.close();
});
