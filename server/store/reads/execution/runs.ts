import { run } from "../../../../domain/execution/contract.ts";
import type { RunStatus } from "../../../../domain/kernel/statuses.ts";
import type { Listed } from "../../../../domain/kernel/wire.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { searchPattern } from "../kernel/text-search.ts";
import { wireOf, wiresOf } from "../kernel/wire-rows.ts";

export interface RunQuery extends PageRequest {
  status?: RunStatus[];
  workflow?: string;
  tag?: string;
  /** Start of the id, the workflow or a tag, ignoring case. */
  q?: string;
  /** Created at or after. */
  from?: string;
  /** Created before. */
  to?: string;
  order: "asc" | "desc";
}

const CURSOR = ["time", "text"] as const;

const WITHOUT_LARGE = Object.fromEntries(run.large.map((column) => [column, true])) as {
  [column in (typeof run.large)[number]]: true;
};

/**
 * Runs searched per page; when too few match, the page is short and its cursor continues from
 * there.
 */
export const SEARCH_WINDOW = 20_000;

/** Runs by time of creation, newest first by default; without large columns. */
export async function listRuns(db: TenantClient, scope: Scope, query: RunQuery): Promise<Page<Listed<"run">>> {
  if (query.q !== undefined) return searchRuns(db, scope, query, query.q);
  const { order, limit } = query;
  const rows = await db.run.findMany({
    omit: WITHOUT_LARGE,
    where: { AND: [filterOf(query), afterCursor(query)] },
    orderBy: [{ createdAt: order }, { id: order }],
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    (row) => [row.createdAt, row.id],
    (row) => wireOf("run", row),
  );
}

function filterOf(query: RunQuery): Prisma.RunWhereInput {
  return {
    ...(query.status && { status: query.status.length === 1 ? query.status[0] : { in: query.status } }),
    ...(query.workflow !== undefined && { workflow: query.workflow }),
    ...(query.tag !== undefined && { tags: { has: query.tag } }),
    ...((query.from ?? query.to) !== undefined && {
      createdAt: { ...(query.from && { gte: query.from }), ...(query.to && { lt: query.to }) },
    }),
  };
}

// The first condition is the start of the index range; the second excludes what was shown of that
// very millisecond.
function afterCursor(query: RunQuery): Prisma.RunWhereInput {
  const at = decodeCursor(query.cursor, CURSOR);
  if (!at) return {};
  const [createdAt, id] = at;
  return query.order === "desc"
    ? { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { id: { lt: id } }] }
    : { createdAt: { gte: createdAt }, OR: [{ createdAt: { gt: createdAt } }, { id: { gt: id } }] };
}

interface Found {
  ids: string[];
  scanned: number;
  lastAt: Date | null;
  lastId: string | null;
}

async function searchRuns(db: TenantClient, scope: Scope, query: RunQuery, q: string): Promise<Page<Listed<"run">>> {
  const { limit } = query;
  const found = await findMatching(scope, query, q);
  const shown = found.ids.slice(0, limit);
  const stored = await db.run.findMany({ omit: WITHOUT_LARGE, where: { id: { in: shown } } });
  const byId = new Map(stored.map((row) => [row.id, row]));
  const rows = shown.flatMap((id) => byId.get(id) ?? []);
  const last = rows.at(-1);
  let nextCursor: string | null = null;
  if (found.ids.length > limit && last) nextCursor = encodeCursor([last.createdAt, last.id]);
  else if (found.scanned === SEARCH_WINDOW && found.lastAt && found.lastId !== null) {
    nextCursor = encodeCursor([found.lastAt, found.lastId]);
  }
  return { items: wiresOf("run", rows), nextCursor };
}

async function findMatching({ prisma, tenantId }: Scope, query: RunQuery, q: string): Promise<Found> {
  const at = decodeCursor(query.cursor, CURSOR);
  const descending = query.order === "desc";
  const begins = searchPattern(q, "start");
  const conditions = [
    Prisma.sql`"tenantId" = ${tenantId}`,
    ...(query.status ? [Prisma.sql`"status" = ANY (${query.status})`] : []),
    ...(query.workflow !== undefined ? [Prisma.sql`"workflow" = ${query.workflow}`] : []),
    ...(query.tag !== undefined ? [Prisma.sql`"tags" @> ARRAY[${query.tag}]`] : []),
    ...(query.from ? [Prisma.sql`"createdAt" >= ${query.from}::timestamptz`] : []),
    ...(query.to ? [Prisma.sql`"createdAt" < ${query.to}::timestamptz`] : []),
    ...(at
      ? [
          descending
            ? Prisma.sql`("createdAt", "id") < (${at[0].toISOString()}::timestamptz, ${at[1]})`
            : Prisma.sql`("createdAt", "id") > (${at[0].toISOString()}::timestamptz, ${at[1]})`,
        ]
      : []),
  ];
  const order = descending ? Prisma.sql`"createdAt" DESC, "id" DESC` : Prisma.sql`"createdAt", "id"`;
  const [found] = await prisma.$queryRaw<Found[]>`
    WITH scanned AS MATERIALIZED (
      SELECT "id", "createdAt", "workflow", "tags", row_number() OVER (ORDER BY ${order}) AS "place"
      FROM "Run" WHERE ${Prisma.join(conditions, " AND ")} ORDER BY ${order} LIMIT ${SEARCH_WINDOW}
    ), matching AS (
      SELECT "id", "place" FROM scanned
      WHERE "id" COLLATE "C" ~ ${begins} OR "workflow" COLLATE "C" ~ ${begins}
        OR EXISTS (SELECT 1 FROM unnest("tags") AS tag WHERE tag COLLATE "C" ~ ${begins})
      ORDER BY "place" LIMIT ${query.limit + 1}
    )
    SELECT (SELECT coalesce(array_agg("id" ORDER BY "place"), '{}') FROM matching) AS "ids",
      (SELECT count(*)::int FROM scanned) AS "scanned",
      (SELECT "createdAt" FROM scanned ORDER BY "place" DESC LIMIT 1) AS "lastAt",
      (SELECT "id" FROM scanned ORDER BY "place" DESC LIMIT 1) AS "lastId"`;
  return found ?? { ids: [], scanned: 0, lastAt: null, lastId: null };
}
