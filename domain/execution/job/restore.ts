import { isFinalRun, isRetryableJob, type RunStatus } from "../../kernel/statuses.ts";
import type { RetryPreview } from "../answers.ts";
import type { Job } from "../contract.ts";

/** Why a job was cancelled when one it depends on did not complete. */
export const DEPENDENCY_FAILED = "dependency_failed";

/** What a retry of one job does to those that were cancelled because of it. */
export type Restore = Pick<RetryPreview, "comeBack" | "stay">;
export type StayReason = Restore["stay"][number]["why"];

/** The rows as they are, by their ids. A job is undefined where it is not kept. */
export interface RestoreLook {
  job(id: string): Pick<Job, "id" | "runId" | "status" | "reason" | "dependsOn" | "dependents" | "tokenId"> | undefined;
  run(id: string): { status: RunStatus; tokenIsCancelled(tokenId: string | null): boolean };
}

/**
 * Follows a retried job down its dependents, into other runs too. One definition for the retry
 * itself and for what is said before it.
 */
export function restoreOf(jobId: string, look: RestoreLook): Restore {
  const back = new Map<string, Restore["comeBack"][number]>();
  const stays = new Map<string, Restore["stay"][number]>();
  const returned = [jobId];
  const isBack = (id: string) => id === jobId || back.has(id);
  // The list grows while it is walked.
  for (const by of returned) {
    for (const id of look.job(by)?.dependents ?? []) {
      const job = look.job(id);
      if (job?.status !== "cancelled" || job.reason !== DEPENDENCY_FAILED || isBack(id)) continue;
      const { runId } = job;
      const run = look.run(runId);
      const why = isFinalRun(run.status)
        ? "run_ended"
        : run.tokenIsCancelled(job.tokenId)
          ? "token_cancelled"
          : job.dependsOn.some((parent) => !isBack(parent) && isRetryableJob(look.job(parent)?.status ?? "completed"))
            ? "dependency_failed"
            : null;
      if (why !== null) stays.set(id, { jobId: id, runId, why, runStatus: run.status });
      else {
        stays.delete(id);
        back.set(id, { jobId: id, runId, by });
        returned.push(id);
      }
    }
  }
  return { comeBack: [...back.values()], stay: [...stays.values()] };
}
