import { noteGauge } from "../../agents/gauge.ts";
import type { JobStatus } from "../../kernel/statuses.ts";
import type { Tx } from "../../kernel/tx.ts";
import type { JobCounts } from "../contract.ts";
import { newQueue } from "../queue.ts";

/**
 * Moves one job from a status to another in the figures of its run, queue and workstream (`from`
 * null: it is new). The workstream is settled when the mutation is through.
 *
 * @param asked by how many the jobs of its workstream that wait for an approval become more or
 *   fewer.
 */
export function countJob(
  tx: Tx,
  job: { runId: string; workstreamId: string | null; queue: string },
  from: JobStatus | null,
  to: JobStatus,
  asked: -1 | 0 | 1 = 0,
): void {
  const run = tx.get("run", job.runId);
  if (run) tx.put("run", { ...run, jobCounts: moved(run.jobCounts, from, to), updatedAt: tx.at });
  const queue = tx.get("queue", job.queue) ?? newQueue(tx, job.queue);
  const inQueue = moved(queue.jobCounts, from, to);
  tx.put("queue", { ...queue, jobCounts: inQueue, updatedAt: tx.at });
  noteGauge(tx, "depth", queue.id, queue.jobCounts.queued, inQueue.queued);
  noteGauge(tx, "running", queue.id, queue.jobCounts.running, inQueue.running);
  if (!job.workstreamId) return;
  const workstream = tx.get("workstream", job.workstreamId);
  if (!workstream) return;
  const jobCounts = moved(workstream.jobCounts, from, to);
  const startedAt = workstream.startedAt ?? (to === "running" ? tx.at : null);
  const awaitingApproval = workstream.awaitingApproval + asked;
  tx.put("workstream", { ...workstream, jobCounts, startedAt, awaitingApproval, updatedAt: tx.at });
  tx.unsettled.workstreams.add(workstream.id);
  tx.emit({
    type: "workstream.progressed",
    subject: { kind: "workstream", id: workstream.id },
    runId: workstream.runId,
    payload: { jobCounts },
  });
}

function moved(counts: JobCounts, from: JobStatus | null, to: JobStatus): JobCounts {
  const next = { ...counts };
  if (from) next[from] -= 1;
  next[to] += 1;
  return next;
}
