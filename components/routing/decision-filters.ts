import { createLoader, parseAsIsoDateTime, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { isId } from "../../domain/kernel/ids.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** A decision as lists and events tell it. */
export type Decision = Wire<"decision">;

export const OUTCOMES = ["succeeded", "failed", "open"] as const;
export type DecisionOutcome = (typeof OUTCOMES)[number];

/** What the list of decisions is narrowed to; null: not by that. `from` and `to` are RFC 3339. */
export interface DecisionFilters {
  taskType: string | null;
  agent: string | null;
  outcome: DecisionOutcome | null;
  task: string | null;
  run: string | null;
  from: string | null;
  to: string | null;
}

/** The filters as they stand in the URL; what cannot be read is left out. */
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

/** A link with a typing mistake shows more, not an error: what cannot be an id is left out. */
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

/** The filters as a query string of `GET /routing/decisions`, the same for equal filters. */
export function decisionQuery(filters: DecisionFilters): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | null) => value !== null && value !== "" && query.set(name, value);
  set("taskType", filters.taskType);
  set("agent", filters.agent);
  set("taskId", filters.task);
  set("runId", filters.run);
  set("from", filters.from);
  set("to", filters.to);
  set("success", filters.outcome && { succeeded: "true", failed: "false", open: "unknown" }[filters.outcome]);
  return query.toString();
}

/** The path of one page of decisions. */
export function decisionsPath(filters: DecisionFilters, cursor: string | null): string {
  const query = new URLSearchParams(decisionQuery(filters));
  query.set("limit", String(DECISIONS_PER_PAGE));
  if (cursor !== null) query.set("cursor", cursor);
  return `/routing/decisions?${query}`;
}

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
