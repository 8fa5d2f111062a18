import { type Job, type JobCounts, PARTS_OF_RUN } from "../execution/contract.ts";
import { refOf } from "../kernel/row-key.ts";
import { isFinalJob, isFinalRun } from "../kernel/statuses.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Kind, Rows } from "../rows.ts";
import type { Remove } from "./cleanup.ts";
import { foldOutcomes } from "./cleanup-outcomes.ts";

/**
 * A run leaves with all that hangs on it, in one commit, or it stays with all of it.
 *
 * It stays while it has not ended or has not ended for long; while one of its jobs is open (a long
 * cascade is still under way), an approval is asked for or has been decided lately, an alert about
 * it is not resolved or was resolved lately, a notification of that is on its way; and while a job
 * of another run depends on one of its jobs and may still run: its run has not ended, or not long
 * ago without completing, so that it may be retried.
 */

type Part = (typeof PARTS_OF_RUN)[number];
type Parts = { [kind in Part]: Readonly<Rows[kind]>[] };

/** Answers the runs that have left. */
export function cleanRuns(tx: Tx, runIds: readonly string[], olderThan: string, remove: Remove): string[] {
  if (runIds.length === 0) return [];
  const parts = partsOf(tx, runIds);
  const fewer = new Map<string, Partial<JobCounts>>();
  const left = [...new Set(runIds)].filter((runId) => {
    const run = tx.get("run", runId);
    const ofRun = parts.get(runId);
    if (!run || !ofRun || !isFinalRun(run.status) || (run.finishedAt ?? tx.at) >= olderThan) return false;
    // One that was made for another run's job belongs there.
    ofRun.decision = ofRun.decision.filter(
      ({ jobId }) => jobId === null || (tx.get("job", jobId)?.runId ?? runId) === runId,
    );
    if (!isSettled(ofRun, olderThan) || ofRun.job.some((job) => isNeeded(tx, job, olderThan))) return false;
    for (const kind of PARTS_OF_RUN) {
      if (kind === "outcome") foldOutcomes(tx, ofRun.outcome, remove);
      else for (const { id } of ofRun[kind]) remove(kind, id);
    }
    remove("run", runId);
    for (const { queue, status } of ofRun.job) {
      const counts = fewer.get(queue) ?? {};
      fewer.set(queue, { ...counts, [status]: (counts[status] ?? 0) + 1 });
    }
    const { workflow, status, finishedAt } = run;
    const rows = Object.fromEntries(PARTS_OF_RUN.map((kind) => [kind, ofRun[kind].length])) as {
      [kind in Part]: number;
    };
    tx.emit({
      type: "run.removed",
      subject: { kind: "run", id: runId },
      runId,
      payload: { workflow, status, finishedAt, rows },
    });
    return true;
  });
  for (const [queueId, counts] of fewer) countFewer(tx, queueId, counts);
  return left;
}

function partsOf(tx: Tx, runIds: readonly string[]): Map<string, Parts> {
  const parts = new Map<string, Parts>(runIds.map((runId) => [runId, noParts()]));
  const runOfAlert = new Map<string, string>();
  const deliveries: Readonly<Rows["delivery"]>[] = [];
  for (const key of tx.ids({ set: "parts-of-runs", runIds: [...runIds] })) {
    const { kind, id } = refOf(key);
    if (!isPart(kind)) continue;
    const row = tx.get(kind, id);
    if (!row) continue;
    if (kind === "delivery") deliveries.push(row as Rows["delivery"]);
    else if (kind === "alert") {
      const runId = (row as Rows["alert"]).runId ?? "";
      parts.get(runId)?.alert.push(row as Rows["alert"]);
      runOfAlert.set(id, runId);
    } else {
      const of = parts.get((row as { runId: string | null }).runId ?? "");
      (of?.[kind] as unknown[] | undefined)?.push(row);
    }
  }
  for (const delivery of deliveries) {
    parts.get(runOfAlert.get(delivery.alertId ?? "") ?? "")?.delivery.push(delivery);
  }
  return parts;
}

const noParts = (): Parts => ({
  workstream: [],
  job: [],
  attempt: [],
  approval: [],
  alert: [],
  delivery: [],
  decision: [],
  outcome: [],
});

const isPart = (kind: Kind): kind is Part => (PARTS_OF_RUN as readonly Kind[]).includes(kind);

function isSettled({ job, approval, alert, delivery }: Parts, olderThan: string): boolean {
  return (
    job.every(({ status }) => isFinalJob(status)) &&
    approval.every(({ status, updatedAt }) => status !== "pending" && updatedAt < olderThan) &&
    areSettled(alert, delivery, olderThan)
  );
}

/** Whether these alerts are over, and no notification of them is under way. */
export function areSettled(
  alerts: readonly Readonly<Rows["alert"]>[],
  deliveries: readonly Readonly<Rows["delivery"]>[],
  olderThan: string,
): boolean {
  return (
    alerts.every(({ status, resolvedAt }) => status === "resolved" && resolvedAt !== null && resolvedAt < olderThan) &&
    deliveries.every(({ status }) => status !== "pending" && status !== "collecting")
  );
}

/** Whether another run's job depends on this one and may still run. */
function isNeeded(tx: Tx, job: Readonly<Job>, olderThan: string): boolean {
  return job.dependents.some((dependentId) => {
    const runId = tx.get("job", dependentId)?.runId;
    const run = runId === undefined || runId === job.runId ? undefined : tx.get("run", runId);
    if (!run) return false;
    return !isFinalRun(run.status) || (run.status !== "completed" && (run.finishedAt ?? tx.at) >= olderThan);
  });
}

/** The queue's figures count the jobs that there are. */
function countFewer(tx: Tx, queueId: string, fewer: Partial<JobCounts>): void {
  const queue = tx.get("queue", queueId);
  if (!queue) return;
  const jobCounts = { ...queue.jobCounts };
  for (const status of Object.keys(fewer) as (keyof JobCounts)[]) jobCounts[status] -= fewer[status] ?? 0;
  tx.put("queue", { ...queue, jobCounts, updatedAt: tx.at });
}
