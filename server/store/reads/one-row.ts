import type { Kind } from "../../../domain/tx.ts";
import type { Wire } from "../../../domain/wire.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { wireOf } from "./wire-rows.ts";

type Find = (db: TenantClient, id: string) => Promise<object | null>;

const FIND: { readonly [kind in Kind]: Find } = {
  run: (db, id) => db.run.findFirst({ where: { id } }),
  workstream: (db, id) => db.workstream.findFirst({ where: { id } }),
  job: (db, id) => db.job.findFirst({ where: { id } }),
  attempt: (db, id) => db.attempt.findFirst({ where: { id } }),
  queue: (db, id) => db.queue.findFirst({ where: { id } }),
  session: (db, id) => db.session.findFirst({ where: { id } }),
  task: (db, id) => db.task.findFirst({ where: { id } }),
  taskKey: (db, id) => db.taskKey.findFirst({ where: { id } }),
  approval: (db, id) => db.approval.findFirst({ where: { id } }),
  agent: (db, id) => db.agent.findFirst({ where: { id } }),
  breaker: (db, id) => db.breaker.findFirst({ where: { id } }),
  statistics: (db, id) => db.statistics.findFirst({ where: { id } }),
  outcome: (db, id) => db.outcome.findFirst({ where: { id } }),
  decision: (db, id) => db.routingDecision.findFirst({ where: { id } }),
  tally: (db, id) => db.tally.findFirst({ where: { id } }),
  gauge: (db, id) => db.gauge.findFirst({ where: { id } }),
  alert: (db, id) => db.alert.findFirst({ where: { id } }),
  rule: (db, id) => db.rule.findFirst({ where: { id } }),
  channel: (db, id) => db.channel.findFirst({ where: { id } }),
  delivery: (db, id) => db.delivery.findFirst({ where: { id } }),
  pace: (db, id) => db.pace.findFirst({ where: { id } }),
};

/** The row as it now is, or null: unknown and another tenant's look the same. */
export async function readRow<K extends Kind>(db: TenantClient, kind: K, id: string): Promise<Wire<K> | null> {
  const stored = await FIND[kind](db, id);
  return stored && wireOf(kind, stored);
}
