import { RUN_KINDS, STATE_TOPICS } from "../../../domain/kernel/live.ts";
import { type Sent, toWire } from "../../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../../domain/rows.ts";
import type { LaneQueries } from "./lane-database.ts";
import { HEAD_COLUMNS, selectListed, selectRows } from "./statements.ts";

/** How each kind is cut for a topic's snapshot: the newest, or the open ones first. */
const NEWEST: { readonly [kind in Kind]?: string } = {
  run: `ORDER BY "createdAt" DESC`,
  workstream: `ORDER BY "updatedAt" DESC`,
  agent: `ORDER BY "id"`,
  breaker: `ORDER BY "id"`,
  statistics: `ORDER BY "id"`,
  alert: `ORDER BY ("status" = 'resolved'), "firedAt" DESC`,
  approval: `ORDER BY ("status" <> 'pending'), "createdAt" DESC`,
  queue: `ORDER BY "id"`,
  session: `ORDER BY ("status" NOT IN ('pending', 'active')), "createdAt" DESC`,
  task: `ORDER BY ("status" IN ('completed', 'failed', 'cancelled')), "createdAt" DESC`,
  tally: `AND "width" = 'minute' ORDER BY "t" DESC`,
  gauge: `ORDER BY "t" DESC`,
  rule: `AND "removedAt" IS NULL ORDER BY "id"`,
  channel: `AND "removedAt" IS NULL ORDER BY "id"`,
  delivery: `ORDER BY "createdAt" DESC`,
};

/**
 * The rows of a state topic in one database snapshot, with their position. At most `limit` of each
 * kind, without large columns unless it is a run's own topic. Null when the topic does not exist or
 * names an unknown run.
 */
export async function readSnapshot(
  queries: LaneQueries,
  tenantId: string,
  topic: string,
  limit: number,
): Promise<{ seq: number; rows: Sent[] } | null> {
  const runId = topic.startsWith("run:") ? topic.slice(4) : null;
  const kinds: readonly Kind[] | undefined = runId
    ? RUN_KINDS
    : (STATE_TOPICS as { [topic: string]: readonly Kind[] })[topic];
  if (!kinds) return null;
  const columns = kinds.map(
    (kind) => `(SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (${cut(kind, runId)}) AS r)::text AS "${kind}"`,
  );
  const text = `SELECT /* snapshot */ ${HEAD_COLUMNS}, ${columns.join(", ")} FROM "LogHead" AS h WHERE h."tenantId" = $1`;
  const [found] = await queries.query<{ seq: number } & { [kind in Kind]: string }>(text, [
    tenantId,
    limit,
    ...(runId ? [runId] : []),
  ]);
  if (!found) return null;
  const rows = kinds.flatMap((kind): Sent[] =>
    (JSON.parse(found[kind]) as Rows[Kind][]).map((row) => toWire(kind, row)),
  );
  if (runId && !rows.some((row) => row.kind === "run")) return null;
  return { seq: found.seq, rows };
}

function cut(kind: Kind, runId: string | null): string {
  if (!runId) return `${selectListed(kind)} ${NEWEST[kind] ?? ""} LIMIT $2::int`;
  if (kind === "run") return `${selectRows(kind)} AND "id" = $3 LIMIT $2::int`;
  const order = kind === "attempt" ? "startedAt" : "createdAt";
  return `${selectRows(kind)} AND "runId" = $3 ORDER BY "${order}" DESC LIMIT $2::int`;
}
