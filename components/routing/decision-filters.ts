import { createLoader, parseAsIsoDateTime, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { routingEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { isId } from "../../domain/kernel/ids.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** A decision as in lists and events. */
export type Decision = Wire<"decision">;

export const OUTCOMES = ["succeeded", "failed", "open"] as const;
export type DecisionOutcome = (typeof OUTCOMES)[number];

/** The filters of the list of decisions; null: any. `from` and `to` are RFC 3339. */
export interface DecisionFilters {
  taskType: string | null;
  agent: string | null;
  outcome: DecisionOutcome | null;
  task: string | null;
  run: string | null;
  from: string | null;
  to: string | null;
}

/** The filters, from the URL; invalid ones are left out. */
export const decisionSearch = {
  taskType: parseAsString,
  agent: parseAsString,
  outcome: parseAsStringLiteral(OUTCOMES),
  task: parseAsString,
  run: parseAsString,
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
};

const load = createLoader(decisionSearch);
type Read = Awaited<ReturnType<typeof load>>;

/** The filters of a page's search parameters. */
export async function loadDecisionFilters(
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>,
): Promise<DecisionFilters> {
  return toDecisionFilters(await load(searchParams));
}

/** An invalid id is left out: a mistyped link shows more, not an error. */
export function toDecisionFilters({ from, to, ...rest }: Read): DecisionFilters {
  const idOrNull = (text: string | null) => (text !== null && isId(text.trim()) ? text.trim() : null);
  return {
    ...rest,
    agent: idOrNull(rest.agent),
    task: idOrNull(rest.task),
    run: idOrNull(rest.run),
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
  };
}

export const DECISIONS_PER_PAGE = 50;

/** The filters as the query of a list of decisions has them. */
function narrowed({ taskType, agent, task, run, from, to, outcome }: DecisionFilters) {
  const success = outcome && ({ succeeded: "true", failed: "false", open: "unknown" } as const)[outcome];
  return {
    ...(taskType && { taskType }),
    ...(agent && { agent }),
    ...(task && { taskId: task }),
    ...(run && { runId: run }),
    ...(from && { from }),
    ...(to && { to }),
    ...(success && { success }),
  };
}

/** The filters as a query string, the same for equal filters. */
export const decisionQuery = (filters: DecisionFilters): string =>
  pathTo(routingEndpoints.list, narrowed(filters)).split("?")[1] ?? "";

/** The path of one page of decisions. */
export const decisionsPath = (filters: DecisionFilters, cursor: string | null) =>
  pathTo(routingEndpoints.list, {
    ...narrowed(filters),
    limit: DECISIONS_PER_PAGE,
    ...(cursor !== null && { cursor }),
  });

export const outcomeOf = ({ success }: Pick<Decision, "success">): DecisionOutcome =>
  success === null ? "open" : success ? "succeeded" : "failed";

/** Whether the server would list this decision under these filters. */
export function matchesDecision(decision: Decision, filters: DecisionFilters): boolean {
  const { taskType, agent, outcome, task, run, from, to } = filters;
  return (
    (taskType === null || decision.taskType === taskType) &&
    (agent === null || decision.selectedAgent === agent) &&
    (task === null || decision.taskId === task) &&
    (run === null || decision.runId === run) &&
    (outcome === null || outcomeOf(decision) === outcome) &&
    (from === null || Date.parse(decision.routedAt) >= Date.parse(from)) &&
    (to === null || Date.parse(decision.routedAt) < Date.parse(to))
  );
}
