import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { StoreError } from "../errors.ts";
import { BY, commit, openStore } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { AlreadyRunning } from "../lease.ts";
import type { Store } from "../types.ts";
import { between, cleanUp, expectCounted } from "./cleanup.test-kit.ts";
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

const RUNS = 4;
const AGENTS = ["a", "b", "c"];

/**
 * What orchestrators and operators do during a clean-up: start runs, execute and end them, retry
 * them, report calls.
 */
const act = fc.record({
  what: fc.constantFrom("begin", "job", "done", "fail", "end", "retry", "call", "decide", "report"),
  run: fc.nat(RUNS - 1),
  job: fc.nat(5),
  agentKey: fc.constantFrom(...AGENTS),
  other: fc.nat(RUNS - 1),
  node: fc.nat(1),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function mutationOf({ what, run, job, agentKey, other }: Act): ClientMutationInput[] {
  const [runId, jobId, parent] = [`r${run}`, `r${run}-j${job}`, `r${other}-j${(job + 1) % 6}`];
  switch (what) {
    case "begin":
      return [{ type: "run.create", runId, workflow: "w" }];
    case "job":
      return [
        { type: "job.enqueue", jobId, runId, queue: `q${job % 2}`, ...(other !== run && { dependsOn: [parent] }) },
      ];
    case "done":
      return [
        { type: "job.start", jobId, agentKey },
        { type: "job.complete", jobId, durationMs: job },
      ];
    case "fail":
      return [
        { type: "job.start", jobId, agentKey },
        { type: "job.fail", jobId, error: { message: "no", ...(job % 2 && { code: "rate_limited" }) } },
      ];
    case "end":
      return [{ type: "run.transition", runId, to: job % 2 ? "cancelled" : "failed" }];
    case "retry":
      return [{ type: "run.retry", runId }];
    case "call":
      return [{ type: "breaker.record", agentKey, success: true, durationMs: job }];
    case "decide":
      return [{ type: "routing.record", decisionId: jobId, taskId: "t", taskType: "x", selectedAgent: agentKey }];
    case "report":
      return [{ type: "routing.outcome", decisionId: jobId, success: true, durationMs: job }];
  }
}

const begun: ClientMutationInput[] = [
  ...AGENTS.flatMap((agentKey): ClientMutationInput[] => [
    {
      type: "agent.register",
      agentKey,
      breaker: { window: "count", windowSize: 10, minimumCalls: 10, failureRateThreshold: 1 },
    },
  ]),
  ...Array.from({ length: RUNS }, (_, run): ClientMutationInput => {
    return { type: "run.create", runId: `r${run}`, workflow: "w" };
  }),
];

let tenants = 0;

/** Refusals because of the present state are expected; any other error is a fault. */
async function send(store: Store, mutations: ClientMutationInput[], tenantId: string): Promise<void> {
  await commit(store, mutations, undefined, tenantId).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.code !== "commit_refused") throw error;
  });
}

test("while two servers go on working, nothing is half removed and every figure equals a recount", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 10, maxLength: 60 }),
      fc.array(
        fc.oneof({ weight: 4, arbitrary: act }, { weight: 1, arbitrary: fc.constantFrom("clean", "recalculate") }),
        {
          minLength: 10,
          maxLength: 60,
        },
      ),
      async (before, meanwhile) => {
        tenants += 1;
        const tenantId = `t${tenants}`;
        const stores = [await openStore(own, tenantId), await openStore(own, tenantId)] as const;
        const { signal } = new AbortController();
        const queries = laneDatabase(own.pool);
        try {
          await send(stores[0], begun, tenantId);
          for (const step of before) await send(stores[step.node === 0 ? 0 : 1], mutationOf(step), tenantId);
          const cut = await between(own, tenantId);
          let corrected = 0;
          let rebuilt = Promise.resolve();
          await Promise.all(
            meanwhile.map(async (step, index) => {
              if (step === "clean") {
                await cleanUp(own, stores[index % 2 === 0 ? 0 : 1], cut, {}, tenantId).catch((error: unknown) => {
                  if (!(error instanceof AlreadyRunning)) throw error;
                });
              } else if (step === "recalculate") {
                rebuilt = rebuilt.then(async () => {
                  const report = await recalculate({ queries, store: stores[0] }, tenantId, BY, { signal });
                  corrected += report.corrected.length;
                });
              } else await send(stores[step.node === 0 ? 0 : 1], mutationOf(step), tenantId);
            }),
          );
          await rebuilt;
          expect(corrected).toBe(0);
          await expectCounted(own, tenantId);
          // Nothing that may still run has lost a dependency.
          const open = await own.prisma.run.findMany({
            where: { tenantId, status: { in: ["pending", "running", "blocked"] } },
          });
          const jobs = await own.prisma.job.findMany({ where: { tenantId } });
          const there = new Set(jobs.map(({ id }) => id));
          const needed = jobs
            .filter(({ runId }) => open.some(({ id }) => id === runId))
            .flatMap(({ dependsOn }) => dependsOn);
          expect(needed.filter((id) => !there.has(id))).toEqual([]);
          const late = await between(own, tenantId);
          const dry = await cleanUp(own, stores[0], late, { dryRun: true }, tenantId);
          expect(await cleanUp(own, stores[1], late, {}, tenantId)).toEqual({ ...dry, dryRun: false });
          const again = await cleanUp(own, stores[0], late, {}, tenantId);
          expect(Object.values(again).filter((value) => typeof value === "number" && value > 0)).toEqual([]);
          await expectCounted(own, tenantId);
          const report = await recalculate({ queries, store: stores[1] }, tenantId, BY, { signal });
          expect(report).toMatchObject({ corrected: [], unfinished: [] });
          expect(await stores[0].verify(tenantId)).toMatchObject({ valid: true });
        } finally {
          await Promise.all(stores.map((store) => store.close()));
        }
      },
    ),
    { numRuns: tries(25, 8), endOnFailure: true },
  );
}, 180_000);
