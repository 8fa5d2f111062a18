import type { FastifyInstance } from "fastify";
import { toSnapshot } from "../../../domain/execution/state/snapshot.ts";
import type { RunState } from "../../../domain/kernel/answers.ts";
import { BASE, found, oneQuery, pathId, type ResourceDeps } from "../kernel/resource.ts";
import { oneDoc } from "../openapi/route-docs.ts";

/**
 * `GET /runs/{id}/state`: the run's execution state, with the tier that served it. `seq` is the position of the log it is true at, which is
 * never below `minSeq`; `changedSeq` is the one that last changed it.
 */
export function registerRunState(app: FastifyInstance, { store }: ResourceDeps): void {
  const doc = oneDoc("Runs", "A run's execution state, from the nearest tier that has it", "RunState");
  app.get(`${BASE}/runs/:id/state`, { config: { doc } }, async (request): Promise<RunState> => {
    const runId = pathId(request);
    const { minSeq } = oneQuery.parse(request.query);
    const served = await store.read(request.principal.tenantId, "run", runId, minSeq);
    const { row, at, tier } = found(served ?? null, "run", runId);
    return {
      ...toSnapshot(row),
      seq: at,
      changedSeq: row.seq,
      updatedAt: row.updatedAt,
      tier,
      strategy: "durable-first",
      servedAt: new Date(store.now()).toISOString(),
    };
  });
}
