import type { FastifyInstance } from "fastify";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { toSnapshot } from "../../../domain/execution/state/snapshot.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";

/**
 * 4 MiB: clients that write all but ASCII as \uXXXX take up to three times the bytes of UTF-8. The
 * state itself is bounded all the same.
 */
const RESTORE_LIMIT = 4_194_304;

/**
 * A run's execution state, with the tier that served it; as a document to keep; and the way back
 * from that. `seq` of the state is the position of the log it is true at, which is never below
 * `minSeq`; `changedSeq` is the one that last changed it.
 */
export function registerRunState(app: FastifyInstance, deps: ResourceDeps): void {
  const { store } = deps;
  const readState = async ({ request, id, query: { minSeq } }: Call<typeof runEndpoints.state>) => {
    const served = await store.read(request.principal.tenantId, "run", id, minSeq);
    const { row, at, tier } = found(served ?? null, "run", id);
    return {
      ...toSnapshot(row),
      seq: at,
      changedSeq: row.seq,
      updatedAt: row.updatedAt,
      tier,
      strategy: "durable-first" as const,
      servedAt: new Date(store.now()).toISOString(),
    };
  };
  // The store sees to `minSeq`: a tier that has not come as far is passed over.
  route(app, runEndpoints.state, readState, { ownMinSeq: true });
  route(app, runEndpoints.snapshot, async ({ request, id }) =>
    toSnapshot(found(await readRow(request.db, "run", id), "run", id)),
  );
  registerCommand(app, deps, runEndpoints.restore, { bodyLimit: RESTORE_LIMIT });
}
