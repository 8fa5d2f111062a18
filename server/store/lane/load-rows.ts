import type { Receipt } from "../../../domain/kernel/receipt.ts";
import { isKeyed, keyOf, refOf } from "../../../domain/kernel/row-key.ts";
import type { RowSet } from "../../../domain/kernel/tx.ts";
import type { Kind, Rows } from "../../../domain/rows.ts";
import { KINDS } from "../../../domain/rows.ts";
import type { Head, StoredKey } from "./batch.ts";
import type { LaneQueries } from "./lane-database.ts";
import type { RowSource } from "./row-source.ts";
import { isOfRun, KINDS_OF_SET, setStatements } from "./set-statements.ts";
import { DOWNSTREAM, FIND_KEYS, loadStatement, READ_HEAD, TOUCHED_SINCE } from "./statements.ts";
import { MAX_READ, TooWide } from "./too-wide.ts";

/** The head as a read of the lane saw it, with the database's clock at that moment (epoch ms). */
export interface SeenHead extends Head {
  now: number;
  /** Id of the log; changes when the log is replaced. */
  logId: string;
}

type HeadRow = { seq: number; hash: string; at: number; now: number; logId: string };
const seen = ({ seq, hash, at, now, logId }: HeadRow): SeenHead => ({ seq, hash, at, now, logId });

/** Whether two heads are the same position of the same history. */
export const isSameHead = (a: Pick<Head, "seq" | "hash">, b: Pick<Head, "seq" | "hash">): boolean =>
  a.seq === b.seq && a.hash === b.hash;

/** The tenant has no log. */
export class UnknownTenant extends Error {
  override name = "UnknownTenant";
}

async function one<R extends HeadRow>(queries: LaneQueries, text: string, values: unknown[]): Promise<R> {
  const [row] = await queries.query<R>(text, values);
  if (!row) throw new UnknownTenant(String(values[0]));
  return row;
}

export const readHead = async (queries: LaneQueries, tenantId: string): Promise<SeenHead> =>
  seen(await one<HeadRow>(queries, READ_HEAD, [tenantId]));

/**
 * Keys of the rows that changed after `since`, and the head they are true at. What changed below
 * `floor` is no longer known. `same` is false when the log has no `since` with that hash: it was
 * replaced by a backup or by a standby that lacked its end.
 */
export async function touchedSince(queries: LaneQueries, tenantId: string, since: Pick<Head, "seq" | "hash">) {
  type Row = HeadRow & { floor: number; same: boolean; touched: string };
  const row = await one<Row>(queries, TOUCHED_SINCE, [tenantId, String(since.seq), since.hash]);
  return { head: seen(row), floor: row.floor, same: row.same, touched: JSON.parse(row.touched) as string[] };
}

/** Rows by kind in one snapshot, with the head seen. */
export async function loadRows(queries: LaneQueries, tenantId: string, refs: Iterable<{ kind: Kind; id: string }>) {
  const ids = new Map<Kind, string[]>();
  for (const { kind, id } of refs) {
    const known = ids.get(kind);
    if (known) known.push(id);
    else ids.set(kind, [id]);
  }
  const kinds = KINDS.filter((kind) => ids.has(kind));
  const values = [tenantId, ...kinds.map((kind) => ids.get(kind))];
  const row = await one<HeadRow & { [kind in Kind]: string }>(queries, loadStatement(kinds), values);
  const rows = kinds.flatMap((kind) => (JSON.parse(row[kind]) as Rows[Kind][]).map((found) => ({ kind, row: found })));
  return { head: seen(row), rows };
}

/**
 * Loads what a batch is missing into its source. Returns the head that each read saw: the loaded
 * rows are valid only if all of them are where the lane is. `deep`: a missing job also loads all
 * jobs that wait for it, directly or not.
 */
export async function loadMissing(
  queries: LaneQueries,
  tenantId: string,
  source: RowSource,
  deep: boolean,
): Promise<SeenHead[]> {
  const heads: SeenHead[] = [];
  for (const { text, values, sets } of setStatements(tenantId, source.missingSets.values())) {
    const row = await one<HeadRow & { ids: string }>(queries, text, values);
    heads.push(seen(row));
    const found = JSON.parse(row.ids) as string[] | string[][];
    sets.forEach((query, index) => {
      const ids = isOfRun(query) ? (found as string[][])[index] : (found as string[]);
      noteSet(source, query, ids ?? []);
    });
  }
  const jobs = [...source.missing.values()].flatMap(({ kind, id }) => (kind === "job" ? [id] : []));
  if (deep && jobs.length > 0) {
    const row = await one<HeadRow & { ids: string }>(queries, DOWNSTREAM, [tenantId, jobs]);
    heads.push(seen(row));
    noteMissing(source, ["job"], JSON.parse(row.ids) as string[]);
  }
  if (source.missingKeys.size > 0) heads.push(await loadKeys(queries, tenantId, source));
  if (source.read + source.missing.size > MAX_READ) throw new TooWide(`${source.missing.size} rows to read`);
  if (source.missing.size > 0) {
    const refs = [...source.missing.values()];
    const loaded = await loadRows(queries, tenantId, refs);
    heads.push(loaded.head);
    for (const { kind, row } of loaded.rows) source.note(kind, row);
    for (const { kind, id } of refs) if (!source.isKnown(kind, id)) source.noteAbsent(kind, id);
  }
  return heads;
}

/** Notes a set's members, and the rows read of each as missing. */
function noteSet(source: RowSource, query: RowSet, ids: string[]): void {
  source.noteSet(query, ids);
  if (isKeyed(query)) for (const key of ids) noteMissing(source, [refOf(key).kind], [refOf(key).id]);
  else noteMissing(source, KINDS_OF_SET[query.set], ids);
}

function noteMissing(source: RowSource, kinds: readonly Kind[], ids: readonly string[]): void {
  for (const kind of kinds) {
    for (const id of ids) if (!source.isKnown(kind, id)) source.missing.set(keyOf(kind, id), { kind, id });
  }
}

async function loadKeys(queries: LaneQueries, tenantId: string, source: RowSource): Promise<SeenHead> {
  const names = [...source.missingKeys];
  const principals = names.map((name) => name.slice(0, name.indexOf(" ")));
  const keys = names.map((name) => name.slice(name.indexOf(" ") + 1));
  const row = await one<HeadRow & { keys: string }>(queries, FIND_KEYS, [tenantId, names, principals, keys]);
  const found = JSON.parse(row.keys) as {
    principal: string;
    key: string;
    fingerprint: string;
    receipt: Receipt;
    expiresAt: number;
  }[];
  const stored = new Map<string, StoredKey>(found.map(({ principal, key, ...rest }) => [`${principal} ${key}`, rest]));
  for (const name of names) source.noteKey(name, stored.get(name) ?? null);
  return seen(row);
}
