import { z } from "zod";
import { id, time } from "../kernel/primitives.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Kind } from "../rows.ts";
import { cleanAgents } from "./cleanup-agents.ts";
import { cleanDecisions, cleanOutcomes } from "./cleanup-outcomes.ts";
import { cleanRuns } from "./cleanup-runs.ts";
import { type CleanupCounts, noneCleaned } from "./contract.ts";

/**
 * Rows that are too old leave. One mutation is one batch of them, named by the caller that found
 * them; what it removes is decided here, by the rows as they are when it is applied: what has come
 * to life since stays, and nothing is said of it. All of a run leaves in one commit.
 *
 * Outcomes are folded into their agent's baseline by the commit that removes them, so that the
 * running figures stay what they are, and what is left of the outcomes and the baseline come to
 * them.
 */
const rowIds = z.array(z.string().max(500)).max(1000).default([]);
const ids = z.array(id).max(1000).default([]);

export const maintenanceClean = z.strictObject({
  type: z.literal("maintenance.clean"),
  /** Nothing leaves that is not older; keys of tasks leave when they have expired. */
  olderThan: time,
  decisionIds: ids,
  outcomeIds: rowIds,
  runIds: ids,
  /** Those that the runs' jobs waited in: saves a look-up each. */
  queues: ids,
  agentKeys: ids,
  taskKeys: rowIds,
});
export type MaintenanceClean = z.infer<typeof maintenanceClean>;

/** What a batch came to. */
export interface Cleaned {
  counts: CleanupCounts;
  runs: string[];
  agents: string[];
}

const TABLE_OF: { readonly [kind in Kind]?: keyof CleanupCounts } = {
  run: "runs",
  workstream: "workstreams",
  job: "jobs",
  attempt: "attempts",
  approval: "approvals",
  alert: "alerts",
  delivery: "deliveries",
  decision: "decisions",
  outcome: "outcomes",
  agent: "agents",
  breaker: "breakers",
  statistics: "statistics",
  taskKey: "taskKeys",
};

/** Removes a row and counts it. */
export type Remove = (kind: Kind, rowId: string) => void;

export function cleanUp(tx: Tx, m: MaintenanceClean): Cleaned {
  const counts = noneCleaned();
  const remove: Remove = (kind, rowId) => {
    tx.remove(kind, rowId);
    const table = TABLE_OF[kind];
    if (table) counts[table] += 1;
  };
  cleanDecisions(tx, m.decisionIds, m.olderThan, remove);
  cleanOutcomes(tx, m.outcomeIds, m.olderThan, remove);
  const runs = cleanRuns(tx, m.runIds, m.olderThan, remove);
  const agents = cleanAgents(tx, m.agentKeys, m.olderThan, remove);
  for (const key of m.taskKeys) {
    const taskKey = tx.get("taskKey", key);
    if (taskKey && taskKey.expiresAt <= tx.at) remove("taskKey", key);
  }
  if (Object.values(counts).some((count) => count > 0)) {
    const payload = { olderThan: m.olderThan, counts: { ...counts }, runs, agents };
    tx.emit({ type: "maintenance.cleaned", subject: { kind: "maintenance", id: "cleanup" }, payload });
  }
  return { counts, runs, agents };
}
