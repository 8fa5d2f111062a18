import type { Kind, Rows } from "./tx.ts";

/** Under which name a kind's id stands in mutations, and so in what is read. */
export const ID_NAME = {
  run: "runId",
  workstream: "workstreamId",
  job: "jobId",
  attempt: "attemptId",
  queue: "queue",
  session: "sessionId",
  task: "taskId",
  taskKey: "idempotencyKey",
  approval: "approvalId",
  agent: "agentKey",
  breaker: "agentKey",
  statistics: "agentKey",
  outcome: "outcomeId",
  decision: "decisionId",
  tally: "tallyId",
  gauge: "gaugeId",
  alert: "alertId",
  rule: "ruleId",
  channel: "channelId",
  delivery: "deliveryId",
  pace: "channelId",
} as const satisfies { [kind in Kind]: string };

/** Columns that no read and no frame ever carries: secrets, and figures that only the reducers go by. */
const UNSENT = ["leaseToken", "permitId", "secret", "previousSecret", "openWorkstreams", "awaitingApproval"] as const;

type Unsent = (typeof UNSENT)[number];
type IdOf<K extends Kind> = { [name in (typeof ID_NAME)[K]]: string };

/** A row as it is sent: it names its kind, answers to `id` and to its glossary name, and keeps its secrets. */
export type Wire<K extends Kind = Kind> = K extends Kind ? Omit<Rows[K], Unsent> & { kind: K } & IdOf<K> : never;

/** Columns that can be large: a read of one row has them, lists leave them out. */
export const LARGE = { run: ["definition", "context", "tokens", "scopes"] } as const;

type Large = typeof LARGE;

/** A row in a list. */
export type Listed<K extends Kind = Kind> = K extends keyof Large ? Omit<Wire<K>, Large[K][number]> : Wire<K>;

/** A row in a live frame: with its large columns when the receiver may not have them as they are. */
export type Sent<K extends Kind = Kind> = K extends keyof Large
  ? Listed<K> & Partial<Pick<Wire<K>, Large[K][number]>>
  : Wire<K>;

/** Names of the columns that a list of this kind leaves out. */
export const largeColumns = (kind: Kind): readonly string[] =>
  (LARGE as { [kind: string]: readonly string[] })[kind] ?? [];

/** The row without what can be large. */
export function toListed<K extends Kind>(row: Sent<K>): Listed<K> {
  const large = largeColumns(row.kind);
  if (large.length === 0) return row;
  const light: { [column: string]: unknown } = { ...row };
  for (const column of large) delete light[column];
  return light as unknown as Listed<K>;
}

/** The sendable form of a row, for HTTP answers and live frames alike. */
export function toWire<K extends Kind>(kind: K, row: Readonly<Rows[K]>): Wire<K> {
  const sent: { [key: string]: unknown } = { kind, [ID_NAME[kind]]: row.id, ...row };
  for (const column of UNSENT) delete sent[column];
  return sent as Wire<K>;
}
