import type { RetryPreview } from "../../../../domain/execution/answers.ts";
import type { Token } from "../../../../domain/execution/contract.ts";
import { DEPENDENCY_FAILED, restoreOf } from "../../../../domain/execution/job/restore.ts";
import { ownOf } from "../../../../domain/kernel/json-map.ts";
import type { JobStatus, RunStatus } from "../../../../domain/kernel/statuses.ts";
import type { TenantClient } from "../../../database/tenant.ts";

/** No more jobs than these are looked at. */
const MOST = 2_000;

const COLUMNS = {
  id: true,
  runId: true,
  status: true,
  reason: true,
  dependsOn: true,
  dependents: true,
  tokenId: true,
} as const;

/**
 * What a retry of this job would restore with it, including its run if that has ended; null when
 * there is no such job.
 */
export async function readRetryPreview(db: TenantClient, jobId: string): Promise<RetryPreview | null> {
  const jobs = new Map<string, Awaited<ReturnType<typeof load>>[number]>();
  const load = (ids: readonly string[]) => db.job.findMany({ where: { id: { in: [...ids] } }, select: COLUMNS });
  const take = async (ids: Iterable<string>) => {
    const missing = [...new Set(ids)].filter((id) => !jobs.has(id)).slice(0, MOST);
    const found = missing.length > 0 ? await load(missing) : [];
    for (const job of found) jobs.set(job.id, job);
    return found;
  };
  const [own] = await take([jobId]);
  if (!own) return null;
  let level = [own];
  let truncated = false;
  while (level.length > 0) {
    const found = await take(level.flatMap((job) => job.dependents));
    level = found.filter((job) => job.status === "cancelled" && job.reason === DEPENDENCY_FAILED);
    truncated = jobs.size >= MOST && level.length > 0;
    if (truncated) break;
  }
  await take([...jobs.values()].flatMap((job) => job.dependsOn));
  const runs = await db.run.findMany({
    where: { id: { in: [...new Set([...jobs.values()].map((job) => job.runId))] } },
    select: { id: true, status: true, tokens: true },
  });
  const byId = new Map(runs.map((run) => [run.id, run]));
  const restore = restoreOf(jobId, {
    job(id) {
      const job = jobs.get(id);
      return job && { ...job, status: job.status as JobStatus };
    },
    run(id) {
      const run = byId.get(id);
      const tokens = (run?.tokens ?? {}) as unknown as { [id: string]: Token };
      // The job's own run is restored with it.
      const status = id === own.runId ? "running" : ((run?.status ?? "cancelled") as RunStatus);
      return {
        status,
        tokenIsCancelled: (tokenId) => tokenId !== null && ownOf(tokens, tokenId)?.status === "cancelled",
      };
    },
  });
  return { jobId, ...restore, truncated };
}
