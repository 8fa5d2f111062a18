import type { Kind, Rows } from "./tx.ts";

/** Under which name a kind's id stands in mutations, and so in what is read. */
export const ID_NAME = {
  run: "runId",
  workstream: "workstreamId",
  job: "jobId",
  attempt: "attemptId",
  agent: "agentKey",
  breaker: "agentKey",
  statistics: "agentKey",
  outcome: "outcomeId",
  decision: "decisionId",
  alert: "alertId",
} as const satisfies { [kind in Kind]: string };

type Secret = "leaseToken" | "permitId";
type IdOf<K extends Kind> = { [name in (typeof ID_NAME)[K]]: string };

/** A row as it is sent: it names its kind, answers to `id` and to its glossary name, and keeps its secrets. */
export type Wire<K extends Kind = Kind> = K extends Kind ? Omit<Rows[K], Secret> & { kind: K } & IdOf<K> : never;

/** The sendable form of a row, for HTTP answers and live frames alike. */
export function toWire<K extends Kind>(kind: K, row: Readonly<Rows[K]>): Wire<K> {
  const sent: { [key: string]: unknown } = { kind, [ID_NAME[kind]]: row.id, ...row };
  delete sent.leaseToken;
  delete sent.permitId;
  return sent as Wire<K>;
}
