import type { FastifyInstance } from "fastify";
import { toSnapshot } from "../../../domain/execution/state/snapshot.ts";
import type { Snapshot } from "../../../domain/execution/state/snapshot-versions.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { BASE, found, mustHaveReached, pathId, type ResourceDeps } from "../kernel/resource.ts";
import { oneDoc } from "../openapi/route-docs.ts";

/** 4 MiB: clients that write all but ASCII as \uXXXX take up to three times the bytes of UTF-8. The state itself is bounded all the same. */
const RESTORE_LIMIT = 4_194_304;

/** A run's execution state as a document, and the way back from it. */
export function registerRunSnapshot(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Runs";
  const doc = oneDoc(tag, "A run's execution state as a document to keep; `restore` takes it as it is", "Snapshot");
  app.get(`${BASE}/runs/:id/snapshot`, { config: { doc } }, async (request): Promise<Snapshot> => {
    const runId = pathId(request);
    await mustHaveReached(request);
    return toSnapshot(found(await readRow(request.db, "run", runId), "run", runId));
  });
  registerCommand(app, deps, {
    path: "/runs/:id/restore",
    kind: "run",
    mutation: "run.restore",
    bodyLimit: RESTORE_LIMIT,
    tag,
    summary: "Put a run's execution state back to a snapshot's, of whatever version",
  });
}
