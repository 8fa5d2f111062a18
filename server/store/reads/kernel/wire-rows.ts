import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { toWire, type Wire } from "../../../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../../../domain/rows.ts";

/**
 * Converts database values to the wire format: the one place where bigint becomes number and Date
 * becomes RFC 3339. Columns and fields have the same names.
 */

/** The wire form of a stored row. */
export function wireOf<K extends Kind>(kind: K, stored: object): Wire<K> {
  return toWire(kind, fieldsOf(stored) as unknown as Rows[K]);
}

export function wiresOf<K extends Kind>(kind: K, stored: readonly object[]): Wire<K>[] {
  return stored.map((row) => wireOf(kind, row));
}

/** The fields of a stored row, without its tenant. */
export function fieldsOf(stored: object): { [column: string]: unknown } {
  const fields: { [column: string]: unknown } = {};
  for (const [column, value] of Object.entries(stored)) {
    if (column !== "tenantId") fields[column] = plain(value);
  }
  return fields;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Date ? value.toISOString() : value;
}

export interface StoredEvent {
  seq: bigint;
  v: number;
  type: string;
  at: Date;
  actor: string;
  subjectKind: string;
  subjectId: string;
  runId: string | null;
  traceId: string | null;
  payload: unknown;
}

export function eventOf(stored: StoredEvent): LogEvent {
  const { seq, v, type, at, actor, subjectKind, subjectId, runId, traceId, payload } = stored;
  return {
    seq: Number(seq),
    v,
    type,
    at: at.toISOString(),
    actor,
    subject: { kind: subjectKind, id: subjectId },
    ...(runId !== null && { runId }),
    ...(traceId !== null && { traceId }),
    payload: payload as LogEvent["payload"],
  };
}
