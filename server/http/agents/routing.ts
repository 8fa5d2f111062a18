import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id, label, time } from "../../../domain/kernel/primitives.ts";
import { explainDecision } from "../../store/reads/agents/decision-explained.ts";
import { listDecisions } from "../../store/reads/agents/decisions.ts";
import { registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  runFilter,
  withRun,
} from "../kernel/resource.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const decisionQuery = z.strictObject({
  taskId: id.optional(),
  taskType: label.optional(),
  ...runFilter,
  jobId: id.optional(),
  agent: id.optional().meta({ description: "The selected agent" }),
  success: z
    .enum(["true", "false", "unknown"])
    .transform((text) => (text === "unknown" ? null : text === "true"))
    .optional()
    .meta({ description: "`unknown`: no outcome has been told yet" }),
  from: time.optional().meta({ description: "Routed at or after" }),
  to: time.optional().meta({ description: "Routed before" }),
  ...pageQuery,
});

export function registerRouting(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Routing";
  const list = listDoc(tag, "Routing decisions, the newest first", "Decision", decisionQuery);
  app.get(`${BASE}/routing/decisions`, { config: { doc: list } }, (request) =>
    listDecisions(request.db, withRun(decisionQuery.parse(request.query))),
  );
  const one = oneDoc(tag, "One routing decision, why it fell so, and what came of it", "ExplainedDecision");
  app.get(`${BASE}/routing/decisions/:id`, { config: { doc: one } }, async (request) => {
    const decisionId = pathId(request);
    await mustHaveReached(request);
    return found(await explainDecision(request.db, decisionId), "decision", decisionId);
  });
  registerCommand(app, deps, {
    path: "/routing/decisions",
    kind: "decision",
    mutation: "routing.decide",
    tag,
    summary: "Pick the agent for a task; 409 `no_agent` with every candidate when none can take it",
    rowId: ({ receipt }) => (receipt.results[0] as { id: string }).id,
  });
  registerCommand(app, deps, {
    path: "/routing/decisions/:id/outcome",
    kind: "decision",
    mutation: "routing.outcome",
    tag,
    summary: "Tell how a decision turned out, once",
  });
}
