import type { RowSet } from "../../../domain/kernel/tx.ts";
import type { Kind } from "../../../domain/rows.ts";
import {
  AGENTS,
  CLAIMABLE_JOBS,
  HOURS_OF_TYPE,
  JOBS_OF_RUNS,
  PARTS_OF_RUNS,
  USES_OF_AGENTS,
  WORKSTREAMS_OF_RUNS,
} from "./statements.ts";

/**
 * How the sets that a batch asks for are read, those of many runs at once: one commit may end a
 * thousand runs.
 */

/** The rows read of each member of a set. */
export const KINDS_OF_SET: { readonly [set in RowSet["set"]]: readonly Kind[] } = {
  "jobs-of-run": ["job"],
  "claimable-jobs": ["job"],
  "workstreams-of-run": ["workstream"],
  agents: ["agent", "breaker", "statistics"],
  "hours-of-type": ["tally"],
  // Its members carry their kind.
  "parts-of-runs": [],
  "uses-of-agents": [],
};

type SetOfRun = Extract<RowSet, { set: "jobs-of-run" | "workstreams-of-run" }>;

/**
 * Whether it is read together with the same set of other runs; the result is then one list for
 * each.
 */
export const isOfRun = (query: RowSet): query is SetOfRun =>
  query.set === "jobs-of-run" || query.set === "workstreams-of-run";

export interface SetStatement {
  text: string;
  values: unknown[];
  /** The sets it returns, in this order. */
  sets: RowSet[];
}

/** The statements that read these sets. */
export function setStatements(tenantId: string, queries: Iterable<RowSet>): SetStatement[] {
  const alone: RowSet[] = [];
  const together = new Map<string, SetOfRun[]>();
  for (const query of queries) {
    if (!isOfRun(query)) {
      alone.push(query);
      continue;
    }
    const { runId: _, ...rest } = query;
    const name = JSON.stringify(rest);
    const known = together.get(name);
    if (known) known.push(query);
    else together.set(name, [query]);
  }
  return [
    ...alone.map((query) => ({ ...aloneStatement(tenantId, query as Exclude<RowSet, SetOfRun>), sets: [query] })),
    ...[...together.values()].map((sets) => ({ ...ofRunsStatement(tenantId, sets), sets })),
  ];
}

function ofRunsStatement(tenantId: string, sets: readonly SetOfRun[]): Pick<SetStatement, "text" | "values"> {
  const runIds = sets.map(({ runId }) => runId);
  const [query] = sets as [SetOfRun];
  const values = [tenantId, runIds, query.statuses, query.limit];
  return query.set === "jobs-of-run"
    ? { text: JOBS_OF_RUNS, values: [...values, query.tokenIds ?? null] }
    : { text: WORKSTREAMS_OF_RUNS, values };
}

function aloneStatement(tenantId: string, query: Exclude<RowSet, SetOfRun>): Pick<SetStatement, "text" | "values"> {
  switch (query.set) {
    case "claimable-jobs": {
      const { agentKey, capabilities, queues, at, max, except, reopened = [] } = query;
      return { text: CLAIMABLE_JOBS, values: [tenantId, agentKey, capabilities, queues, at, max, except, reopened] };
    }
    case "agents":
      return { text: AGENTS, values: [tenantId, query.capability, query.limit] };
    case "hours-of-type":
      return { text: HOURS_OF_TYPE, values: [tenantId, query.taskType, query.from, query.limit] };
    case "parts-of-runs":
      return { text: PARTS_OF_RUNS, values: [tenantId, query.runIds] };
    case "uses-of-agents":
      return { text: USES_OF_AGENTS, values: [tenantId, query.agentKeys] };
  }
}
