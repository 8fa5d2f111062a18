import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { WORKSTREAM_STATUSES } from "../../../domain/kernel/statuses.ts";
import { listWorkstreams } from "../../store/reads/execution/workstreams.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  listOf,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  runFilter,
  withRun,
} from "../kernel/resource.ts";
import { sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const workstreamQuery = z.strictObject({
  ...runFilter,
  status: listOf(WORKSTREAM_STATUSES).optional(),
  ...pageQuery,
});

export function registerWorkstreams(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Workstreams";
  const list = listDoc(tag, "Workstreams, the newest first", "Workstream", workstreamQuery);
  app.get(`${BASE}/workstreams`, { config: { doc: list } }, (request) =>
    listWorkstreams(request.db, withRun(workstreamQuery.parse(request.query))),
  );
  app.get(
    `${BASE}/workstreams/:id`,
    { config: { doc: oneDoc(tag, "One workstream", "Workstream") } },
    async (request, reply) => {
      const workstreamId = pathId(request);
      await mustHaveReached(request);
      return sendTagged(
        reply,
        found(await readRow(request.db, "workstream", workstreamId), "workstream", workstreamId),
      );
    },
  );
  registerCommand(app, deps, {
    path: "/workstreams/:id/transition",
    kind: "workstream",
    mutation: "workstream.transition",
    tag,
    summary: "Move a workstream to another status",
  });
}
