import { gaugeId } from "../../agents/gauge.ts";
import { cleanUp, type MaintenanceClean, maintenanceClean } from "../../maintenance/cleanup.ts";
import { op, type Peek, type RowRef } from "../operation.ts";

const named = (kind: RowRef[0], ids: readonly string[]): RowRef[] => ids.map((id) => [kind, id] as const);

/** What leaves, and once that is loaded what it is counted in and what may hold it. */
function cleanedRows(m: MaintenanceClean, peek: Peek, at: string): RowRef[] {
  const outcomeIds = [...m.outcomeIds, ...m.decisionIds.map((id) => `decision:${id}`)];
  const decisions = m.decisionIds.map((id) => peek("decision", id));
  const outcomes = outcomeIds.map((id) => peek("outcome", id));
  const jobIds = decisions.flatMap((decision) => decision?.jobId ?? []);
  const runIds = [...decisions, ...outcomes, ...jobIds.map((id) => peek("job", id))].flatMap((row) => row?.runId ?? []);
  return [
    ...named("decision", m.decisionIds),
    ...named("outcome", outcomeIds),
    ...named("job", jobIds),
    ...named("run", [...m.runIds, ...runIds]),
    ...named("queue", m.queues),
    ...named("taskKey", m.taskKeys),
    ...named("agent", m.agentKeys),
    ...named("breaker", m.agentKeys),
    ...named("statistics", [...m.agentKeys, ...outcomes.flatMap((outcome) => outcome?.agentKey ?? [])]),
    ...m.agentKeys.map((agentKey) => ["gauge", gaugeId("capacity", agentKey, at)] as const),
  ];
}

/** What the server itself does to what is old. */
export const MAINTENANCE_OPERATIONS = {
  "maintenance.clean": op(maintenanceClean, cleanUp, cleanedRows),
};
