import type { Change } from "../../../domain/commit/draft.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import { type Kind, ROWS, type Rows } from "../../../domain/rows.ts";
import type { AppliedBatch, Head, Pending } from "./batch.ts";
import { type Touch, writeStatement } from "./statements.ts";

/** One statement and its values. */
export interface Write {
  text: string;
  values: unknown[];
}

/**
 * The one statement that makes a batch durable: the head's move, events, receipts, idempotency
 * keys, new and changed rows; null when there is nothing to write. `isStored` says which
 * idempotency keys have a row to renew.
 */
export function writeOf(
  tenantId: string,
  start: Head,
  batch: readonly Pending[],
  result: AppliedBatch,
  isStored: (key: string) => boolean,
): Write | null {
  const parts: string[] = [];
  const values: unknown[] = [
    tenantId,
    String(start.seq),
    String(result.head.seq),
    result.head.hash,
    iso(result.head.at),
    start.hash,
  ];
  const { events, receipts } = logRows(batch, result);
  if (events.length > 0) {
    parts.push("events");
    values.push(JSON.stringify(events), JSON.stringify(receipts));
  }
  if (result.keys.size > 0) {
    const rows = [...result.keys].map(([name, { fingerprint, receipt, expiresAt }]) => {
      // A key may contain spaces, a principal does not.
      const space = name.indexOf(" ");
      const [principal, key] = [name.slice(0, space), name.slice(space + 1)];
      return { stored: isStored(name), row: { principal, key, fingerprint, receipt, expiresAt: iso(expiresAt) } };
    });
    parts.push("keys");
    for (const stored of [false, true])
      values.push(JSON.stringify(rows.filter((r) => r.stored === stored).map((r) => r.row)));
  }
  for (const [part, rows] of byPart(result.draft.changes.values())) {
    parts.push(part);
    values.push(JSON.stringify(rows));
  }
  return parts.length > 0 ? { text: writeStatement(parts), values } : null;
}

function logRows(batch: readonly Pending[], result: AppliedBatch) {
  const events: unknown[] = [];
  const receipts: unknown[] = [];
  result.applied.forEach((applied, index) => {
    if (applied.state !== "done" || applied.events.length === 0) return;
    for (const { seq, v, type, at, actor, subject, runId, traceId, payload } of applied.events) {
      events.push({
        seq,
        v,
        type,
        at,
        actor,
        subjectKind: subject.kind,
        subjectId: subject.id,
        runId: runId ?? null,
        traceId,
        payload,
      });
    }
    const { results: _, tenantId: __, ...header } = applied.receipt;
    receipts.push({ ...header, principal: batch[index]?.by.id ?? "", touched: applied.touched });
  });
  return { events, receipts };
}

/**
 * Changed rows and removed ids by kind of write, in a fixed order so that equal kinds of batch
 * share one text.
 */
function byPart(changes: Iterable<Change>): Map<string, unknown[]> {
  const parts = new Map<string, unknown[]>();
  for (const change of changes) {
    const touch = touchOf(change);
    if (touch === undefined) continue;
    const name = `${touch}:${change.kind}`;
    const rows = parts.get(name) ?? [];
    rows.push(change.row === null ? change.id : columnsOf(change.kind, change.row, touch));
    parts.set(name, rows);
  }
  return new Map([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const heavyOf = (kind: Kind): readonly string[] => ROWS[kind].heavy;

/** Undefined: created and removed within the batch, so it is never stored. */
function touchOf({ kind, isNew, base, row }: Change): Touch | undefined {
  if (row === null) return isNew ? undefined : "remove";
  if (isNew) return "insert";
  const was = base as unknown as { [column: string]: unknown } | undefined;
  const is = row as unknown as { [column: string]: unknown };
  const same = was !== undefined && heavyOf(kind).every((column) => was[column] === is[column]);
  return same ? "light" : "full";
}

/** The columns sent of a row: an omitted column is null in Postgres, so nulls are not sent. */
function columnsOf(kind: Kind, row: Rows[Kind], touch: Touch): { [column: string]: unknown } {
  const heavy = touch === "light" ? heavyOf(kind) : [];
  const sent: { [column: string]: unknown } = {};
  const values = row as unknown as { [column: string]: unknown };
  for (const column in values) {
    if (values[column] !== null && !heavy.includes(column)) sent[column] = values[column];
  }
  return sent;
}
