import type { ErrorInfo, Json } from "../../kernel/primitives.ts";
import { ms } from "../../kernel/primitives.ts";
import type { AttemptStatus } from "../../kernel/statuses.ts";
import type { Tx } from "../../kernel/tx.ts";
import type { Attempt, Job } from "../contract.ts";

/** Ids of attempts cannot collide with ids of jobs: `#` is not in their alphabet. */
export const attemptId = (jobId: string, number: number): string => `${jobId}#${number}`;

/** Opens the next attempt of a job that starts now. */
export function openAttempt(tx: Tx, job: Readonly<Job>, agentKey: string): Attempt {
  const number = job.attempt + 1;
  const queuedAt = job.runAt > (job.queuedAt ?? job.createdAt) ? job.runAt : (job.queuedAt ?? job.createdAt);
  const attempt: Attempt = {
    id: attemptId(job.id, number),
    jobId: job.id,
    number,
    runId: job.runId,
    workstreamId: job.workstreamId,
    agentKey,
    tool: job.tool,
    status: "running",
    queuedAt: queuedAt < tx.at ? queuedAt : tx.at,
    startedAt: tx.at,
    finishedAt: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    version: 1,
    seq: 0,
  };
  tx.put("attempt", attempt);
  return attempt;
}

export interface AttemptEnd {
  exitCode?: number;
  durationMs?: number;
  result?: Json;
  error?: ErrorInfo;
}

/**
 * Closes the open attempt of a job. Its duration is what the caller reported, but no more than the
 * time since it started, which is also the default. An attempt that starts and ends in one commit
 * was reported after the fact: its reported duration is kept.
 */
export function closeAttempt(tx: Tx, job: Readonly<Job>, status: AttemptStatus, end: AttemptEnd): number {
  const attempt = tx.get("attempt", attemptId(job.id, job.attempt));
  const span = Math.max(0, ms(tx.at) - ms(attempt?.startedAt ?? job.startedAt ?? tx.at));
  const durationMs = span > 0 ? Math.min(end.durationMs ?? span, span) : (end.durationMs ?? 0);
  if (attempt) {
    tx.put("attempt", {
      ...attempt,
      status,
      finishedAt: tx.at,
      durationMs,
      exitCode: end.exitCode ?? null,
      result: end.result ?? null,
      error: end.error ?? null,
    });
  }
  return durationMs;
}

/** What the end of a job's open attempt says of the agent that had it. */
export function attemptOutcome(job: Readonly<Job>, agentKey: string, taken: number | null, error?: string) {
  return {
    id: `attempt:${attemptId(job.id, job.attempt)}`,
    agentKey,
    durationMs: taken,
    taskType: job.step ?? job.tool,
    runId: job.runId,
    jobId: job.id,
    error: error ?? null,
  };
}
