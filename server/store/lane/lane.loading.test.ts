import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { givenTenants } from "../../testing/given.ts";
import type { Store } from "../types.ts";
import { BY, commit, openStore } from "./lane.test-kit.ts";

/** A lane with nothing in memory: each test commits with one store and goes on with another. */
const given = givenTenants();

async function cold(): Promise<Store> {
  const store = await openStore(given.database, given.tenant);
  given.closing(store);
  return store;
}

const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w", completion: "auto" };
const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  ...more,
});
const all = (count: number, of: (index: number) => ClientMutationInput) =>
  Array.from({ length: count }, (_, index) => of(index));
const countJobs = (status: string) => given.database.prisma.job.count({ where: { tenantId: given.tenant, status } });

describe("a lane that has nothing loaded", () => {
  test("cancels a chain of 400 jobs with the one at its head", async () => {
    const chain = all(400, (index) => enqueue(`j${index}`, index > 0 ? { dependsOn: [`j${index - 1}`] } : {}));
    await commit(await cold(), [RUN, ...chain], {}, given.tenant);
    await commit(await cold(), [{ type: "job.cancel", jobId: "j0" }], {}, given.tenant);
    expect(await countJobs("cancelled")).toBe(400);
    expect(await given.database.prisma.run.findFirst({ where: { tenantId: given.tenant } })).toMatchObject({
      status: "failed",
    });
  });

  test("ends a run with 300 running jobs in 300 workstreams, held by 100 agents", async () => {
    const store = await cold();
    await commit(store, [RUN], {}, given.tenant);
    const cards = all(300, (index) => ({
      type: "workstream.create",
      runId: "r",
      workstreamId: `w${index}`,
      title: "W",
    }));
    await commit(store, cards, {}, given.tenant);
    await commit(
      store,
      all(300, (index) => enqueue(`j${index}`, { workstreamId: `w${index}` })),
      {},
      given.tenant,
    );
    await commit(
      store,
      all(300, (index) => ({ type: "job.start", jobId: `j${index}`, agentKey: `a${index % 100}` })),
      {},
      given.tenant,
    );
    await commit(await cold(), [{ type: "run.transition", runId: "r", to: "cancelled" }], {}, given.tenant);
    expect(await countJobs("cancelled")).toBe(300);
    expect(await given.database.prisma.attempt.count({ where: { tenantId: given.tenant, status: "cancelled" } })).toBe(
      300,
    );
    expect(await given.database.prisma.agent.count({ where: { tenantId: given.tenant, busy: 0 } })).toBe(100);
    expect(await given.database.prisma.workstream.count({ where: { tenantId: given.tenant, status: "failed" } })).toBe(
      300,
    );
  });

  test("ends the workstreams of a run that had no job, and brings them back with the run", async () => {
    const cards = all(40, (index) => ({
      type: "workstream.create",
      runId: "r",
      workstreamId: `w${index}`,
      title: "W",
      ...(index === 0 && { follow: "manual" as const }),
    }));
    await commit(await cold(), [RUN, ...cards], {}, given.tenant);
    const countOf = (status: string) =>
      given.database.prisma.workstream.count({ where: { tenantId: given.tenant, status } });
    await commit(await cold(), [{ type: "run.transition", runId: "r", to: "cancelled" }], {}, given.tenant);
    expect([await countOf("cancelled"), await countOf("pending")]).toEqual([39, 1]);
    await commit(await cold(), [{ type: "run.retry", runId: "r" }], {}, given.tenant);
    expect([await countOf("cancelled"), await countOf("pending")]).toEqual([0, 40]);
  });

  test("brings 700 jobs back with their run", async () => {
    const store = await cold();
    await commit(store, [RUN, ...all(700, (index) => enqueue(`j${index}`))], {}, given.tenant);
    for (let from = 0; from < 700; from += 350) {
      const cancel = all(350, (index) => ({ type: "job.cancel", jobId: `j${from + index}` }));
      await commit(store, cancel, {}, given.tenant);
    }
    await commit(await cold(), [{ type: "run.retry", runId: "r" }], {}, given.tenant);
    expect(await countJobs("queued")).toBe(700);
  });

  test("ends 250 runs in one commit with the jobs and workstreams that they have open, and brings them back in another", async () => {
    const runs = all(250, (index) => ({ type: "run.create", runId: `r${index}`, workflow: "w" }));
    const cards = all(250, (index) => ({
      type: "workstream.create",
      runId: `r${index}`,
      workstreamId: `w${index}`,
      title: "W",
    }));
    const jobs = all(500, (index) => enqueue(`j${index}`, { runId: `r${index % 250}` }));
    await commit(await cold(), [...runs, ...cards, ...jobs], {}, given.tenant);
    const ends = all(250, (index) => ({ type: "run.transition", runId: `r${index}`, to: "cancelled" }));
    await commit(await cold(), ends, {}, given.tenant);
    const countCards = (status: string) =>
      given.database.prisma.workstream.count({ where: { tenantId: given.tenant, status } });
    expect([await countJobs("cancelled"), await countCards("cancelled")]).toEqual([500, 250]);
    const again = all(250, (index) => ({ type: "run.retry", runId: `r${index}` }));
    await commit(await cold(), again, {}, given.tenant);
    expect([await countJobs("queued"), await countCards("pending")]).toEqual([500, 250]);
  });

  test("refuses a commit that changes too much at once and changes nothing; two that are too much only together succeed", async () => {
    const runs = all(31, (index) => ({ type: "run.create", runId: `r${index}`, workflow: "w" }));
    const jobs = all(31, (index) => enqueue(`j${index}`, { runId: `r${index}` }));
    await commit(await cold(), [...runs, ...jobs], {}, given.tenant);
    // 500 of each, as if enqueued one by one.
    for (let from = 2; from <= 500; from += 100)
      await given.database.pool.query(
        `INSERT INTO "Job" SELECT (jsonb_populate_record(j, jsonb_build_object('id', j."id" || '.' || n))).*
          FROM "Job" AS j, generate_series($2::int, least(500, $2 + 99)) AS n WHERE j."tenantId" = $1 AND j."id" !~ '[.]'`,
        [given.tenant, from],
      );
    for (const table of ["Run", "Queue"])
      await given.database.pool.query(
        `UPDATE "${table}" SET "jobCounts" = jsonb_set("jobCounts", '{queued}', to_jsonb(("jobCounts" ->> 'queued')::int * 500)) WHERE "tenantId" = $1`,
        [given.tenant],
      );
    const end = (from: number, count: number) =>
      all(count, (index) => ({ type: "run.transition", runId: `r${from + index}`, to: "cancelled" }));
    const store = await cold();
    const head = await store.head(given.tenant);
    await expect(commit(store, end(0, 31), {}, given.tenant)).rejects.toMatchObject({
      code: "commit_refused",
      message: "this commit changes more than 15000 rows at once: send it in parts",
      errors: [{ code: "too_much_at_once" }],
    });
    expect(await store.head(given.tenant)).toEqual(head);
    await Promise.all([commit(store, end(0, 16), {}, given.tenant), commit(store, end(16, 15), {}, given.tenant)]);
    expect(await countJobs("cancelled")).toBe(31 * 500);
  }, 90_000);

  test("a refused commit reports every fault, an id that is taken included", async () => {
    await commit(await cold(), [RUN, enqueue("j")], {}, given.tenant);
    const bad = commit(
      await cold(),
      [RUN, enqueue("new"), enqueue("j"), enqueue("x", { dependsOn: ["none"] })],
      {},
      given.tenant,
    );
    await expect(bad).rejects.toMatchObject({
      code: "commit_refused",
      errors: [
        { index: 0, code: "already_exists" },
        { index: 2, code: "already_exists" },
        { index: 3, code: "not_found" },
      ],
    });
  });
});

test("claims in one batch get a job each while there are any, the best first", async () => {
  const store = await cold();
  await commit(store, [RUN, ...all(150, (index) => enqueue(`j${String(index).padStart(3, "0")}`))], {}, given.tenant);
  const claim: ClientMutationInput = { type: "job.claim", agentKey: "a", max: 1, leaseMs: 30_000 };
  const outcomes = await Promise.all(Array.from({ length: 160 }, () => commit(store, [claim], {}, given.tenant)));
  const got = outcomes.flatMap(({ receipt }) => (receipt.results as [{ jobs: { jobId: string }[] }])[0].jobs);
  expect(new Set(got.map((job) => job.jobId)).size).toBe(150);
  expect(got).toHaveLength(150);
});

test("idempotency keys that share their first word are two keys, across servers too", async () => {
  const append = (name: string): ClientMutationInput[] => [{ type: "event.append", eventType: `x.${name}` }];
  const key = (name: string) => ({ idempotencyKey: `build ${name}`, fingerprint: "f" });
  const first = await commit(await cold(), append("one"), key("one"), given.tenant);
  const second = await commit(await cold(), append("two"), key("two"), given.tenant);
  expect(second).toMatchObject({ replayed: false });
  const again = await commit(await cold(), append("one"), key("one"), given.tenant);
  expect(again).toMatchObject({ replayed: true, receipt: { receiptId: first.receipt.receiptId } });
});

test("a commit that breaks the code fails alone, its neighbours go on", async () => {
  const store = await cold();
  await commit(store, [RUN], {}, given.tenant);
  // Bypasses the contracts: a time that no date can hold.
  const broken = store.commit(given.tenant, BY, {
    mutations: [{ type: "run.create", runId: "x", workflow: "w", timeoutMs: 1e300 }],
  });
  const good = all(9, (index) => enqueue(`j${index}`)).map((one) => commit(store, [one], {}, given.tenant));
  await expect(broken).rejects.toThrow("Invalid time value");
  await Promise.all(good);
  expect(await countJobs("queued")).toBe(9);
});
