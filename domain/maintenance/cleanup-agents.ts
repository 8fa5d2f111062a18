import { noteGauge } from "../agents/gauge.ts";
import { refOf } from "../kernel/row-key.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Rows } from "../rows.ts";
import type { Remove } from "./cleanup.ts";
import { areSettled } from "./cleanup-runs.ts";

/**
 * An agent that has vanished leaves with its breaker, its figures and the alerts about it.
 *
 * It stays when it was seen, changed or called lately; while it runs something; while its breaker
 * is anything but closed; while an alert about it is not resolved or was resolved lately; and while
 * an outcome or a decision that names it is kept, so that its work has a name.
 */
export function cleanAgents(tx: Tx, agentKeys: readonly string[], olderThan: string, remove: Remove): string[] {
  if (agentKeys.length === 0) return [];
  const { named, alerts, deliveries } = usesOf(tx, agentKeys);
  return [...new Set(agentKeys)].filter((agentKey) => {
    const agent = tx.get("agent", agentKey);
    const breaker = tx.get("breaker", agentKey);
    const statistics = tx.get("statistics", agentKey);
    if (!agent || agent.busy > 0 || named.has(agentKey)) return false;
    const times = [agent.lastSeenAt, agent.updatedAt, breaker?.updatedAt, statistics?.updatedAt];
    if (times.some((at) => at !== undefined && at >= olderThan)) return false;
    if (breaker && breaker.state !== "closed") return false;
    const about = alerts.filter(({ subjectId }) => subjectId === agentKey);
    const sent = deliveries.filter(({ alertId }) => about.some(({ id }) => id === alertId));
    if (!areSettled(about, sent, olderThan)) return false;
    for (const { id } of about) remove("alert", id);
    for (const { id } of sent) remove("delivery", id);
    if (breaker) remove("breaker", agentKey);
    if (statistics) remove("statistics", agentKey);
    remove("agent", agentKey);
    // It brings no slots any more, though charts of the past go on showing those it brought then.
    noteGauge(tx, "capacity", agentKey, agent.capacity, 0);
    const { displayName, lastSeenAt } = agent;
    tx.emit({
      type: "agent.removed",
      subject: { kind: "agent", id: agentKey },
      payload: { displayName, lastSeenAt },
    });
    return true;
  });
}

/** Agents that a kept outcome or decision names, and the alerts about those asked for. */
function usesOf(tx: Tx, agentKeys: readonly string[]) {
  const named = new Set<string>();
  const alerts: Readonly<Rows["alert"]>[] = [];
  const deliveries: Readonly<Rows["delivery"]>[] = [];
  for (const key of tx.ids({ set: "uses-of-agents", agentKeys: [...agentKeys] })) {
    const { kind, id } = refOf(key);
    if (kind === "outcome") named.add(tx.get("outcome", id)?.agentKey ?? "");
    else if (kind === "decision") named.add(tx.get("decision", id)?.selectedAgent ?? "");
    else if (kind === "alert") {
      const alert = tx.get("alert", id);
      if (alert?.subjectKind === "agent") alerts.push(alert);
    } else if (kind === "delivery") {
      const delivery = tx.get("delivery", id);
      if (delivery) deliveries.push(delivery);
    }
  }
  return { named, alerts, deliveries };
}
