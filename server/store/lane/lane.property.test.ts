import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { NO_JOBS } from "../../../domain/execution/contract.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import type { JobStatus } from "../../../domain/kernel/statuses.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { type Cut, createPgProxy, type PgProxy } from "../../testing/pg-proxy.ts";
import type { CommitOutcome, Store } from "../types.ts";
import { commit, follow, openStore } from "./lane.test-kit.ts";

const RUNS = tries(8, 3);
/**
 * Several servers on one database, whose connections are cut now and then, and clients that retry
 * until they have an answer.
 */
const NODES = 3;
const WAVE = 8;
let database: TestDatabase;
const proxies: PgProxy[] = [];
const own: Database[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  for (let index = 0; index < NODES; index += 1) {
    const proxy = await createPgProxy(database.url);
    proxies.push(proxy);
    own.push(createDatabase(proxy.url, { max: 3 }));
  }
});
afterAll(async () => {
  for (const one of own) await one.close();
  for (const one of proxies) await one.close();
  await database.drop();
});

interface Ask {
  node: number;
  mutation: ClientMutationInput;
  /** One of a few keys, so that some collide; undefined: none. */
  key: number | undefined;
  cut: Cut | null;
}

const index = fc.nat(11);
const mutation: fc.Arbitrary<ClientMutationInput> = fc.oneof(
  index.map(
    (j): ClientMutationInput => ({
      type: "job.enqueue",
      jobId: `j${j}`,
      runId: "r",
      workstreamId: "w",
      maxAttempts: 2,
      backoffMs: 0,
    }),
  ),
  fc
    .tuple(index, fc.nat(1))
    .map(([j, a]): ClientMutationInput => ({ type: "job.start", jobId: `j${j}`, agentKey: `a${a}` })),
  fc.nat(1).map((a): ClientMutationInput => ({ type: "job.claim", agentKey: `a${a}`, max: 2, leaseMs: 60_000 })),
  index.map((j): ClientMutationInput => ({ type: "job.complete", jobId: `j${j}` })),
  index.map((j): ClientMutationInput => ({ type: "job.fail", jobId: `j${j}`, error: "no" })),
  index.map((j): ClientMutationInput => ({ type: "job.cancel", jobId: `j${j}` })),
  index.map((j): ClientMutationInput => ({ type: "job.retry", jobId: `j${j}` })),
  fc.tuple(fc.constantFrom(null, 1, 2), fc.nat(4)).map(
    ([concurrency, n]): ClientMutationInput => ({
      type: "queue.configure",
      queue: "default",
      concurrency,
      paused: n === 0,
    }),
  ),
  index.map((j): ClientMutationInput => ({ type: "event.append", eventType: `x.n${j}` })),
);
const asks: fc.Arbitrary<Ask[]> = fc.array(
  fc.record({
    node: fc.nat(NODES - 1),
    mutation,
    key: fc.option(fc.nat(15), { nil: undefined }),
    cut: fc.oneof(
      { weight: 6, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom<Cut>("before it arrives", "after it has run") },
    ),
  }),
  { minLength: 30, maxLength: 60 },
);

/** Retries until there is an answer; unavailable and full do not count as one. */
async function insist(store: Store, tenant: string, ask: Ask, serial: number): Promise<CommitOutcome | string> {
  const name = ask.key === undefined ? `own ${serial}` : `met ${ask.key}`;
  const options = { idempotencyKey: name, fingerprint: JSON.stringify(ask.mutation) };
  for (;;) {
    try {
      return await commit(store, [ask.mutation], options, tenant);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined) throw error;
      if (code !== "database_away" && code !== "lane_full") return code;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test("any requests to any server with any connection cut: one gapless log, applied once, figures that add up", async () => {
  let tenants = 0;
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(asks, async (all) => {
      tenants += 1;
      const tenant = `t${tenants}`;
      const stores = await Promise.all(own.map((one) => openStore(one, tenant)));
      try {
        const followers = stores.map((store) => follow(store, tenant));
        await commit(
          stores[0] as Store,
          [
            { type: "run.create", runId: "r", workflow: "w" },
            { type: "workstream.create", runId: "r", workstreamId: "w", title: "W" },
          ],
          {},
          tenant,
        );
        for (const store of stores) await store.head(tenant);
        const stops = stores.map((store) => store.watch(tenant));
        const before = proxies.map((proxy) => proxy.cuts);
        const outcomes: (CommitOutcome | string)[] = [];
        // In waves: a connection is cut only while something is in flight on it.
        for (let from = 0; from < all.length; from += WAVE) {
          const wave = all.slice(from, from + WAVE).map((ask, at) => {
            if (ask.cut) proxies[ask.node]?.cutNext("lane write", ask.cut);
            return insist(stores[ask.node] as Store, tenant, ask, from + at);
          });
          // Readers warm the rows that the lanes work on at the same time; a cut connection is no
          // answer.
          const reads = stores.map((store) => store.read(tenant, "run", "r").catch(() => undefined));
          outcomes.push(...(await Promise.all(wave)));
          await Promise.all(reads);
        }
        proxies.forEach((proxy, node) => {
          cuts += proxy.cuts - (before[node] ?? 0);
          proxy.cutNext("nothing has this text", "before it arrives");
        });
        await check(
          tenant,
          stores,
          outcomes,
          followers.map(({ seen }) => seen),
        );
        for (const stop of [...stops, ...followers.map((one) => one.stop)]) stop();
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(cuts).toBeGreaterThan(RUNS);
}, 120_000);

async function check(
  tenant: string,
  stores: Store[],
  outcomes: (CommitOutcome | string)[],
  followed: ReturnType<typeof follow>["seen"][],
): Promise<void> {
  const [store] = stores as [Store];
  const { head } = await store.head(tenant);
  const log = await store.readEvents(tenant, { after: 0, limit: 100_000 });
  expect(log.map((event) => event.seq)).toEqual(Array.from({ length: head }, (_, at) => at + 1));
  expect(await store.verify(tenant)).toMatchObject({ valid: true });
  // Every answer is in the log, and no two commits share a position.
  const receipts = new Map(
    outcomes.flatMap((one) => (typeof one === "string" ? [] : [[one.receipt.receiptId, one.receipt] as const])),
  );
  const ranges = [...receipts.values()]
    .filter((one) => one.lastSeq >= one.firstSeq)
    .sort((a, b) => a.firstSeq - b.firstSeq);
  for (const [at, { firstSeq, lastSeq }] of ranges.entries()) {
    expect(firstSeq).toBeGreaterThan(ranges[at - 1]?.lastSeq ?? 2);
    expect(lastSeq).toBeLessThanOrEqual(head);
  }
  // Nothing was applied without an answer.
  expect(ranges.reduce((sum, one) => sum + one.lastSeq - one.firstSeq + 1, 0)).toBe(head - 2);
  // Each follower got everything, in order.
  await expect
    .poll(() => followed.map((seen) => seen.ranges.at(-1)?.to), { timeout: 5000 })
    .toEqual(followed.map(() => head));
  for (const seen of followed)
    expect(seen.events.map((event) => event.seq)).toEqual(log.slice(-seen.events.length).map((event) => event.seq));
  // The figures match the rows.
  const where = { where: { tenantId: tenant } };
  const jobs = await database.prisma.job.findMany(where);
  const counts = { ...NO_JOBS };
  for (const job of jobs) counts[job.status as JobStatus] += 1;
  expect((await database.prisma.run.findFirstOrThrow(where)).jobCounts).toEqual(counts);
  expect((await database.prisma.workstream.findFirstOrThrow(where)).jobCounts).toEqual(counts);
  const queue = await database.prisma.queue.findFirst(where);
  expect(queue?.jobCounts ?? NO_JOBS).toEqual(counts);
  for (const agent of await database.prisma.agent.findMany(where)) {
    expect(agent.busy).toBe(jobs.filter((job) => job.status === "running" && job.claimedBy === agent.id).length);
    const of = { tenantId: tenant, agentKey: agent.id };
    const upstream = await database.prisma.outcome.count({ where: { ...of, fault: "upstream" } });
    const total = (await database.prisma.outcome.count({ where: of })) - upstream;
    expect(
      await database.prisma.statistics.findFirstOrThrow({ where: { tenantId: tenant, id: agent.id } }),
    ).toMatchObject({ total, upstream });
    const minutes = await database.prisma.tally.findMany({ where: { ...of, width: "minute" } });
    expect(minutes.reduce((sum, minute) => sum + minute.total, 0)).toBe(total);
  }
  const attempts = await database.prisma.attempt.findMany(where);
  expect(new Set(attempts.map((one) => one.id)).size).toBe(jobs.reduce((sum, job) => sum + job.attempt, 0));
}
