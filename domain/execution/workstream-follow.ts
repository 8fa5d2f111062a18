import { z } from "zod";
import { id } from "../kernel/primitives.ts";
import { isFinalRun, isOpenWorkstream, type RunStatus, type WorkstreamStatus } from "../kernel/statuses.ts";
import { must, type Tx } from "../kernel/tx.ts";
import type { Workstream } from "./contract.ts";
import { openJobs, totalJobs } from "./contract.ts";
import { CASCADE_LIMIT } from "./limits.ts";
import { isStillToEnd, moveWorkstream, putWorkstream, subjectOf } from "./workstream.ts";

/**
 * How a workstream follows its jobs.
 *
 * pending → running when the first of its jobs starts. running → blocked while none of them runs or
 * is queued and one waits for an approval; from there back to pending or running. → done when all
 * of its jobs have completed, → failed when none is open and one did not complete. done, failed,
 * cancelled, review → running when a job is added or retried. When its run ends, one that nothing
 * has run of is cancelled with it. `ready` and `review` are words of people and orchestrators: one
 * created so is left there until a job starts or is added.
 *
 * It is settled when a mutation is through, so that a cascade moves it once. A run's end looks for
 * at most `CASCADE_LIMIT` of them, the clock for the rest (`workstream.settle`).
 */
export const workstreamFollow = z.strictObject({ type: z.literal("workstream.follow"), workstreamId: id });

/**
 * The clock's: one that the end of its run, or of its jobs, has left behind. Not open to clients.
 */
export const workstreamSettle = z.strictObject({ type: z.literal("workstream.settle"), workstreamId: id });

/**
 * Gives a workstream that was put somewhere back to its jobs: it goes to where they are. One that
 * follows them already is left alone.
 */
export function followJobs(tx: Tx, m: z.infer<typeof workstreamFollow>): Workstream {
  const workstream = must(tx, "workstream", m.workstreamId);
  if (workstream.follow === "jobs") return workstream;
  putWorkstream(tx, workstream, { ...workstream, follow: "jobs", updatedAt: tx.at });
  const payload = { follow: "jobs" } as const;
  tx.emit({ type: "workstream.followed", subject: subjectOf(workstream), runId: workstream.runId, payload });
  // Where it was put is no part of where its jobs are.
  settle(tx, must(tx, "workstream", workstream.id), "pending");
  return must(tx, "workstream", workstream.id);
}

/**
 * The clock's: brings a workstream to where its jobs and its run are now, which may be where it is.
 */
export function settleByClock(tx: Tx, m: z.infer<typeof workstreamSettle>): Workstream {
  settle(tx, must(tx, "workstream", m.workstreamId));
  return must(tx, "workstream", m.workstreamId);
}

/** Brings the workstreams that a mutation has touched to where their jobs and runs are now. */
export function settleWorkstreams(tx: Tx): void {
  for (const workstreamId of tx.unsettled.workstreams) {
    const workstream = tx.get("workstream", workstreamId);
    if (workstream) settle(tx, workstream);
  }
  for (const runId of tx.unsettled.endedRuns) {
    const run = tx.get("run", runId);
    if (run && isFinalRun(run.status) && run.openWorkstreams > 0) endWith(tx, runId);
  }
}

const OPEN = ["pending", "ready", "running", "blocked"] as const;

function endWith(tx: Tx, runId: string): void {
  const query = { set: "workstreams-of-run", runId, statuses: OPEN, limit: CASCADE_LIMIT } as const;
  for (const workstreamId of tx.ids(query)) {
    const workstream = tx.get("workstream", workstreamId);
    if (workstream && isStillToEnd(workstream)) settle(tx, workstream);
  }
}

/**
 * The run goes on: workstreams that were cancelled with it before they had any job wait for one
 * again.
 */
export function reopenWorkstreams(tx: Tx, runId: string): void {
  const query = { set: "workstreams-of-run", runId, statuses: ["cancelled"], limit: null } as const;
  for (const workstreamId of tx.ids(query)) {
    const workstream = tx.get("workstream", workstreamId);
    if (workstream?.follow !== "jobs" || workstream.status !== "cancelled") continue;
    if (totalJobs(workstream.jobCounts) === 0) moveWorkstream(tx, workstream, "pending", null, "jobs");
  }
}

/** One of its jobs waits for other jobs only, as its approval has been given. */
export function asksNoMore(tx: Tx, job: { workstreamId: string | null }): void {
  const workstream = job.workstreamId === null ? undefined : tx.get("workstream", job.workstreamId);
  if (!workstream) return;
  const awaitingApproval = workstream.awaitingApproval - 1;
  tx.put("workstream", { ...workstream, awaitingApproval });
  tx.unsettled.workstreams.add(workstream.id);
}

/** @param from what it counts as, where that is another status than it has. */
function settle(tx: Tx, workstream: Readonly<Workstream>, from: WorkstreamStatus = workstream.status): void {
  if (workstream.follow !== "jobs") return;
  const { status: runStatus } = must(tx, "run", workstream.runId);
  const to = standing({ ...workstream, status: from }, isFinalRun(runStatus));
  if (to === workstream.status) return;
  moveWorkstream(tx, workstream, to, whyIn(to, workstream, runStatus), "jobs");
}

/** The status that a workstream's jobs, and the end of its run, give it. */
export function standing(
  workstream: Pick<Workstream, "status" | "jobCounts" | "awaitingApproval" | "startedAt">,
  runHasEnded: boolean,
): WorkstreamStatus {
  const { status, jobCounts, startedAt } = workstream;
  if (openJobs(jobCounts) > 0) {
    // The end of its run is about to end them.
    return runHasEnded ? status : underWay(workstream);
  }
  if (totalJobs(jobCounts) === 0) return runHasEnded && isOpenWorkstream(status) ? "cancelled" : status;
  if (jobCounts.completed === totalJobs(jobCounts)) return "done";
  const withItsRun = status === "cancelled" || (runHasEnded && status !== "failed");
  return startedAt === null && withItsRun ? "cancelled" : "failed";
}

function underWay(workstream: Parameters<typeof standing>[0]): WorkstreamStatus {
  const { status, jobCounts, startedAt, awaitingApproval } = workstream;
  if (jobCounts.running > 0) return "running";
  if (jobCounts.queued === 0 && awaitingApproval > 0) return "blocked";
  const isNew = startedAt === null && isOpenWorkstream(status) && status !== "running";
  if (!isNew) return "running";
  return status === "ready" ? "ready" : "pending";
}

function whyIn(status: WorkstreamStatus, { jobCounts, awaitingApproval }: Workstream, run: RunStatus): string | null {
  const total = totalJobs(jobCounts);
  switch (status) {
    case "blocked":
      return awaitingApproval === 1 ? "a job waits for an approval" : `${awaitingApproval} jobs wait for an approval`;
    case "done":
      return "all its jobs completed";
    case "failed":
      return total === 1
        ? "its job did not complete"
        : `${total - jobCounts.completed} of ${total} jobs did not complete`;
    case "cancelled":
      return `its run ended before it had started: ${run.replace("_", " ")}`;
    default:
      return null;
  }
}
