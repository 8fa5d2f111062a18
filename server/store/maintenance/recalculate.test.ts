import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentFigures } from "../../../domain/agents/tally.ts";
import { withCounted } from "../../../domain/agents/tally.ts";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { BY, commit, openStore } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { AlreadyRunning, Lease } from "../lease.ts";
import type { Store } from "../types.ts";
import { recalculate } from "./recalculate.ts";

let database: TestDatabase;
let own: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  own = createDatabase(database.url, { max: 6 });
});
afterAll(async () => {
  await own.close();
  await database.drop();
});

const { signal } = new AbortController();
const queries = () => laneDatabase(own.pool);
const rebuild = (store: Store, tenantId: string, more: { agentKey?: string; from?: string } = {}) =>
  recalculate({ queries: queries(), store }, tenantId, BY, { ...more, signal });

const NOTHING: AgentFigures = {
  total: 0,
  successful: 0,
  failed: 0,
  upstream: 0,
  timed: 0,
  totalDurationMs: 0,
  histogram: {},
};

/** What an agent's outcomes add up to, and what its row says. */
async function figuresOf(tenantId: string, agentKey: string) {
  const rows = await own.prisma.outcome.findMany({ where: { tenantId, agentKey } });
  const folded = rows.reduce(
    (figures, row) => withCounted(figures, { ...row, fault: row.fault as "own" | "upstream" | null }),
    NOTHING,
  );
  const stored = await own.prisma.statistics.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: agentKey } } });
  const { total, successful, failed, upstream, timed, totalDurationMs, histogram } = stored;
  const row = { total, successful, failed, upstream, timed, totalDurationMs, histogram };
  return { folded, row };
}

const AGENTS = ["a", "b"];
let ids = 0;

/** Every way to record an outcome: a call, a decision's outcome, a job's end. */
const outcome = fc
  .record({
    agentKey: fc.constantFrom(...AGENTS),
    how: fc.constantFrom("call", "decision", "job", "upstream"),
    success: fc.boolean(),
    durationMs: fc.option(fc.nat(100_000), { nil: undefined }),
  })
  .map(({ agentKey, how, success, durationMs }): ((id: string) => ClientMutationInput[]) => {
    const taken = durationMs === undefined ? {} : { durationMs };
    return (id) => {
      if (how === "call") return [{ type: "breaker.record", agentKey, success, ...taken }];
      if (how === "decision") {
        const decision = { decisionId: id, taskId: "t", taskType: "x", selectedAgent: agentKey };
        const outcome = { decisionId: id, success, ...taken };
        return [
          { type: "routing.record", ...decision },
          { type: "routing.outcome", ...outcome },
        ];
      }
      const end: ClientMutationInput =
        how === "job" && success
          ? { type: "job.complete", jobId: id, ...taken }
          : {
              type: "job.fail",
              jobId: id,
              ...taken,
              error: { message: "no", code: how === "job" ? "own" : "rate_limited" },
            };
      return [
        { type: "job.enqueue", jobId: id, runId: "r", maxAttempts: 1 },
        { type: "job.start", jobId: id, agentKey },
        end,
      ];
    };
  });

const traffic = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ node: fc.nat(1), outcome: fc.array(outcome, { minLength: 1, maxLength: 3 }) }),
    },
    { weight: 1, arbitrary: fc.constant("recalculate" as const) },
  ),
  { minLength: 5, maxLength: 40 },
);

let tenants = 0;
async function world(work: (tenantId: string, stores: readonly [Store, Store]) => Promise<void>) {
  tenants += 1;
  const tenantId = `t${tenants}`;
  const first = await openStore(own, tenantId);
  const breaker: ClientMutationInput[] = AGENTS.flatMap((agentKey) => [
    { type: "agent.register", agentKey },
    { type: "breaker.override", agentKey, state: "disabled", reason: "test" },
  ]);
  await commit(first, [{ type: "run.create", runId: "r", workflow: "w" }, ...breaker], {}, tenantId);
  const stores = [first, await openStore(own, tenantId)] as const;
  try {
    await work(tenantId, stores);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/**
 * Sends all at once to two servers, with recalculations in between; returns how many rows they
 * corrected.
 */
async function send(
  all: typeof traffic extends fc.Arbitrary<infer T> ? T : never,
  tenantId: string,
  stores: readonly [Store, Store],
) {
  let corrected = 0;
  let rebuilt = Promise.resolve();
  const sent = all.map(async (step) => {
    if (step === "recalculate") {
      rebuilt = rebuilt.then(async () => {
        corrected += (await rebuild(stores[0], tenantId)).corrected.length;
      });
      return;
    }
    ids += 1;
    const mutations = step.outcome.flatMap((made, index) => made(`x${ids}-${index}`));
    await commit(stores[step.node === 0 ? 0 : 1], mutations, {}, tenantId);
  });
  await Promise.all(sent);
  await rebuilt;
  return corrected;
}

test("recalculated at any time while two servers record outcomes, the figures equal those kept with each outcome", async () => {
  await fc.assert(
    fc.asyncProperty(traffic, async (all) => {
      await world(async (tenantId, stores) => {
        expect(await send(all, tenantId, stores)).toBe(0);
        const report = await rebuild(stores[1], tenantId);
        expect(report).toMatchObject({ agents: 2, corrected: [], unfinished: [] });
        for (const agentKey of AGENTS) {
          const { folded, row } = await figuresOf(tenantId, agentKey);
          expect(row).toEqual(folded);
        }
      });
    }),
    { numRuns: tries(25, 8), endOnFailure: true },
  );
}, 120_000);

test("wrong figures are corrected while outcomes keep coming, and none of those is lost", async () => {
  const wrong = fc.record({
    total: fc.nat(50),
    successful: fc.nat(50),
    upstream: fc.nat(9),
    totalDurationMs: fc.nat(999),
  });
  await fc.assert(
    fc.asyncProperty(traffic, traffic, wrong, async (before, after, damage) => {
      await world(async (tenantId, stores) => {
        await send(before, tenantId, stores);
        await own.prisma.statistics.updateMany({ where: { tenantId }, data: { ...damage, histogram: { 3: 7 } } });
        // Servers that start now read only the damaged rows.
        const fresh = [await openStore(own, tenantId), await openStore(own, tenantId)] as const;
        try {
          await send([...after, "recalculate"], tenantId, fresh);
          for (const agentKey of AGENTS) {
            const { folded, row } = await figuresOf(tenantId, agentKey);
            expect(row).toEqual(folded);
          }
          expect(await fresh[0].verify(tenantId)).toMatchObject({ valid: true });
        } finally {
          await Promise.all(fresh.map((store) => store.close()));
        }
      });
    }),
    { numRuns: tries(25, 8), endOnFailure: true },
  );
}, 120_000);

test("reports what it corrected: of one agent, of those with outcomes since a date, of no other tenant", async () => {
  await world(async (tenantId, [store]) => {
    const call = { type: "breaker.record" as const, agentKey: "a", success: true, durationMs: 0.1 };
    await commit(store, [call, call, { ...call, durationMs: 0.2 }], {}, tenantId);
    await own.prisma.statistics.updateMany({ where: { tenantId }, data: { total: 9 } });
    const later = await openStore(own, tenantId);
    try {
      expect(await rebuild(later, "t0")).toMatchObject({ agents: 0 });
      expect(await rebuild(later, tenantId, { from: "2999-01-01T00:00:00.000Z" })).toMatchObject({ agents: 0 });
      const report = await rebuild(later, tenantId, { from: "2000-01-01T00:00:00.000Z" });
      expect(report).toMatchObject({
        agents: 1,
        outcomesRead: 3,
        corrected: [
          { agentKey: "a", before: { total: 9, successful: 3 }, after: { total: 3, successful: 3, timed: 3 } },
        ],
      });
      const [event] = (await later.readEvents(tenantId, { after: 0, limit: 1000 })).slice(-1);
      expect(event).toMatchObject({ type: "statistics.recalculated", payload: { total: { from: 9, to: 3 } } });
      expect(await rebuild(later, tenantId, { agentKey: "b" })).toMatchObject({ corrected: [{ agentKey: "b" }] });
      expect(await rebuild(later, tenantId)).toMatchObject({ agents: 2, corrected: [] });
    } finally {
      await later.close();
    }
  });
});

test("what removed outcomes had added stays in the figures", async () => {
  await world(async (tenantId, [store]) => {
    await commit(store, [{ type: "breaker.record", agentKey: "a", success: true, durationMs: 5 }], {}, tenantId);
    const gone = { total: 4, successful: 3, failed: 1, timed: 1, totalDurationMs: 7, histogram: { 22: 1 } };
    await own.prisma.statistics.updateMany({ where: { tenantId, id: "a" }, data: { baseline: gone } });
    const later = await openStore(own, tenantId);
    try {
      await rebuild(later, tenantId);
      const { row } = await figuresOf(tenantId, "a");
      expect(row).toMatchObject({ total: 5, successful: 4, failed: 1, timed: 2, totalDurationMs: 12 });
    } finally {
      await later.close();
    }
  });
});

test("one recalculation of a tenant at a time", async () => {
  await world(async (tenantId, [store]) => {
    await new Lease(queries(), `recalculation:${tenantId}`, 60_000).take();
    await expect(rebuild(store, tenantId)).rejects.toBeInstanceOf(AlreadyRunning);
  });
});
