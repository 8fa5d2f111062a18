import type { JobCounts } from "../../../../domain/execution/contract.ts";
import { NO_JOBS, totalJobs } from "../../../../domain/execution/contract.ts";
import {
  ATTENTION,
  type DependencyFacts,
  type GateFacts,
  TIMELINE_ATTENTION,
  TIMELINE_JOBS,
  type TimelineAnswer,
} from "../../../../domain/execution/timeline.ts";
import { compareText } from "../../../../domain/kernel/compare.ts";
import { JOB_STATUSES, type JobStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { readPosition } from "../commit/position.ts";
import { encodeCursor } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { wireOf, wiresOf } from "../kernel/wire-rows.ts";
import {
  ageKey,
  changedSince,
  countMatching,
  jobIdsByAge,
  linkedTo,
  newestAttempts,
  workstreamIds,
} from "./timeline-ids.ts";

export interface TimelineQuery {
  /**
   * Include this job, if the run has it, and the run's jobs that it depends on and that depend on
   * it.
   */
  job?: string;
  status?: JobStatus[];
  /** Text within a job's step, id, tool or agent, ignoring case. */
  q?: string;
  /** Only what changed after this position, in the order of changes. */
  changedAfter?: number;
  cursor?: string;
  limit: number;
}

/** Most dependencies read in addition to the page's jobs. */
const MAX_DEPENDENCIES = 4_000;

/**
 * The timeline of a run; null when there is no such run.
 *
 * The first page of a run larger than `limit` has the failed, running and cancelled jobs, the
 * linked one, and then the oldest. Later pages continue with the oldest, so that all pages together
 * are the whole run, whatever changes in between. Attempts are those of the page's jobs: the newest
 * of each job before any job's second newest.
 */
export async function readTimeline(
  db: TenantClient,
  scope: Scope,
  runId: string,
  query: TimelineQuery = { limit: TIMELINE_JOBS },
): Promise<TimelineAnswer | null> {
  // The position is read before the rows: following the log from it misses no change.
  const { head } = await readPosition(db);
  const run = await db.run.findFirst({ where: { id: runId } });
  if (!run) return null;
  const runRow = wireOf("run", run);
  const chosen = await chooseJobs(scope, runRow, query);
  const ids = [...chosen.ids];
  const [stored, attemptIds, attemptTotal, workstreamTotal, tracks, matched] = await Promise.all([
    db.job.findMany({ where: { id: { in: ids } } }),
    newestAttempts(scope, ids, 2 * TIMELINE_JOBS),
    db.attempt.count({ where: { runId } }),
    db.workstream.count({ where: { runId } }),
    workstreamIds(scope, runId, ids, TIMELINE_JOBS),
    isFiltered(query) ? countMatching(scope, runId, query) : null,
  ]);
  const jobs = wiresOf("job", stored).sort((a, b) => compareText(a.createdAt, b.createdAt) || compareText(a.id, b.id));
  const [attempts, workstreams, approvals, dependencies] = await Promise.all([
    db.attempt.findMany({ where: { id: { in: attemptIds } }, orderBy: [{ startedAt: "asc" }, { id: "asc" }] }),
    db.workstream.findMany({ where: { id: { in: tracks } }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] }),
    gatesOf(db, jobs),
    dependenciesOf(db, jobs),
  ]);
  const tried = jobs.reduce((sum, job) => sum + job.attempt, 0);
  const total = totalJobs(runRow.jobCounts);
  return {
    run: runRow,
    workstreams: wiresOf("workstream", workstreams),
    jobs,
    attempts: wiresOf("attempt", attempts),
    approvals,
    dependencies,
    seq: head,
    truncated:
      chosen.nextCursor !== null ||
      jobs.length < total ||
      attempts.length < tried ||
      workstreams.length < workstreamTotal,
    nextCursor: chosen.nextCursor,
    totals: { jobs: total, workstreams: workstreamTotal, attempts: attemptTotal },
    leftOut: without(runRow.jobCounts, jobs),
    matched,
  };
}

const isFiltered = ({ status, q }: TimelineQuery): boolean => status !== undefined || q !== undefined;

/** Ids of a page's jobs, and where the next page begins. */
async function chooseJobs(scope: Scope, run: Wire<"run">, query: TimelineQuery) {
  const { limit, cursor, job } = query;
  if (query.changedAfter !== undefined) return changedSince(scope, run.id, query.changedAfter, cursor, limit);
  const linked = job === undefined ? [] : await linkedTo(scope, run.id, job);
  const first = cursor === undefined && !isFiltered(query);
  const attention = first && totalJobs(run.jobCounts) > limit ? await attentionOf(scope, run.id, limit) : [];
  const room = Math.max(1, limit - attention.length - linked.length);
  const oldest = await jobIdsByAge(scope, run.id, query, room + 1);
  const shown = oldest.slice(0, room);
  const last = shown.at(-1);
  const nextCursor = oldest.length > room && last ? encodeCursor(ageKey(last)) : null;
  return { ids: new Set([...linked, ...attention, ...shown.map(({ id }) => id)]), nextCursor };
}

/** The jobs an operator looks for first. */
async function attentionOf(scope: Scope, runId: string, limit: number): Promise<string[]> {
  const most = Math.min(TIMELINE_ATTENTION, Math.floor((limit * 3) / 4));
  const found: string[] = [];
  for (const [rank, status] of ATTENTION.entries()) {
    // Failed ones leave room for running ones.
    const room = rank === 0 ? Math.ceil(most / 2) : most - found.length;
    if (room <= 0) break;
    found.push(...(await jobIdsByAge(scope, runId, { status: [...status] }, room)).map(({ id }) => id));
  }
  return found;
}

async function gatesOf(db: TenantClient, jobs: readonly Wire<"job">[]): Promise<GateFacts[]> {
  const gated = jobs.filter((job) => job.approvalId !== null);
  if (gated.length === 0) return [];
  const found = await db.approval.findMany({
    where: { jobId: { in: gated.map((job) => job.id) } },
    select: { id: true, jobId: true, status: true, createdAt: true, decidedAt: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return found.map(({ id, jobId, status, createdAt, decidedAt }) => ({
    approvalId: id,
    jobId: jobId as string,
    status: status as GateFacts["status"],
    createdAt: createdAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  }));
}

async function dependenciesOf(db: TenantClient, jobs: readonly Wire<"job">[]): Promise<DependencyFacts[]> {
  const here = new Set(jobs.map((job) => job.id));
  // Dependencies first: without them a job's times could not be explained.
  const around = [...jobs.flatMap((job) => job.dependsOn), ...jobs.flatMap((job) => job.dependents)];
  const missing = new Set(around.filter((id) => !here.has(id)));
  if (missing.size === 0) return [];
  const found = await db.job.findMany({
    where: { id: { in: [...missing].slice(0, MAX_DEPENDENCIES) } },
    select: { id: true, runId: true, step: true, status: true, finishedAt: true },
  });
  return found.map(({ id, runId, step, status, finishedAt }) => ({
    jobId: id,
    runId,
    step,
    status: status as JobStatus,
    finishedAt: finishedAt?.toISOString() ?? null,
  }));
}

function without(counts: JobCounts, jobs: readonly Wire<"job">[]): JobCounts {
  const left = { ...NO_JOBS };
  for (const status of JOB_STATUSES) left[status] = counts[status];
  // A job may have moved between the two reads.
  for (const { status } of jobs) left[status] = Math.max(0, left[status] - 1);
  return left;
}
