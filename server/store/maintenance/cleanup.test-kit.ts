import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { addFigures, NO_FIGURES, withCounted } from "../../../domain/agents/tally.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import { JOB_STATUSES } from "../../../domain/kernel/statuses.ts";
import type { CleanupReport } from "../../../domain/maintenance/endpoints.ts";
import type { Database } from "../../database/client.ts";
import { BY } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { readHead } from "../lane/load-rows.ts";
import type { Store } from "../types.ts";
import { cleanUpTenant } from "./cleanup.ts";

/** A time after everything committed so far, and before everything committed from now on. */
export async function between(database: Database, tenantId = "t1"): Promise<string> {
  const queries = laneDatabase(database.pool);
  const now = async () => (await readHead(queries, tenantId)).now;
  const time = Math.floor(await now()) + 1;
  while ((await now()) <= time) await delay(1);
  return iso(time);
}

interface More {
  dryRun?: boolean;
  decisionsOnly?: boolean;
  signal?: AbortSignal;
}

export function cleanUp(
  database: Database,
  store: Pick<Store, "commit">,
  olderThan: string,
  more: More = {},
  tenantId = "t1",
): Promise<CleanupReport> {
  const deps = { queries: laneDatabase(database.pool), store };
  const options = { olderThan, signal: new AbortController().signal, ...more };
  return cleanUpTenant(deps, tenantId, BY, options);
}

/** Compares stored figures with a recount, and every row's run and agent with the existing ones. */
export async function expectCounted({ prisma }: Database, tenantId = "t1"): Promise<void> {
  const of = { where: { tenantId } };
  const [runs, queues, jobs, workstreams] = [
    await prisma.run.findMany(of),
    await prisma.queue.findMany(of),
    await prisma.job.findMany(of),
    await prisma.workstream.findMany(of),
  ];
  for (const [owner, rows] of Object.entries({ runId: runs, queue: queues, workstreamId: workstreams })) {
    for (const { id, jobCounts } of rows) {
      const own = jobs.filter((job) => (job as { [column: string]: unknown })[owner] === id);
      const counted = JOB_STATUSES.map((status) => own.filter((job) => job.status === status).length);
      const kept = JOB_STATUSES.map((status) => (jobCounts as { [status: string]: number })[status]);
      expect([owner, id, kept]).toEqual([owner, id, counted]);
    }
  }
  const known = new Set(runs.map(({ id }) => id));
  const parts = [
    ...jobs,
    ...workstreams,
    ...(await prisma.attempt.findMany(of)),
    ...(await prisma.approval.findMany(of)),
  ];
  expect(parts.filter(({ runId }) => runId !== null && !known.has(runId))).toEqual([]);
  for (const row of await prisma.statistics.findMany(of)) {
    const outcomes = await prisma.outcome.findMany({ where: { tenantId, agentKey: row.id } });
    const kept = outcomes.reduce(
      (sum, { success, durationMs, fault }) =>
        withCounted(sum, { success, durationMs, fault: fault as "own" | "upstream" | null }),
      NO_FIGURES,
    );
    const { total, successful, failed, upstream, timed, totalDurationMs, histogram } = row;
    const whole = addFigures(kept, (row.baseline as typeof NO_FIGURES | null) ?? NO_FIGURES);
    expect({ total, successful, failed, upstream, timed, totalDurationMs, histogram }).toEqual(whole);
  }
}
