import type { StoredReceipt } from "../../../../domain/kernel/receipt.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, encodeCursor, type Page, type PageRequest } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { positionGone, readPosition } from "./position.ts";

export interface ReceiptQuery extends PageRequest {
  /** Only commits with events of this run. */
  runId?: string | undefined;
}

type StoredRow = Awaited<ReturnType<TenantClient["receipt"]["findMany"]>>[number];

/**
 * Stored receipts, newest first. Throws `position_gone` when the cursor's receipt has been removed.
 */
export async function listReceipts(db: TenantClient, scope: Scope, query: ReceiptQuery): Promise<Page<StoredReceipt>> {
  const at = decodeCursor(query.cursor, ["count", "text"]);
  const { floor } = await readPosition(db);
  if (at && at[0] <= floor) throw positionGone(floor);
  const place: Place = { at, floor, limit: query.limit };
  const rows = await (query.runId === undefined ? newest(db, place) : newestOfRun(db, scope, place, query.runId));
  const shown = rows.slice(0, query.limit);
  // All events of a commit have one actor, so its first event names it.
  const events = await db.event.findMany({
    where: { seq: { in: shown.map((row) => row.firstSeq) } },
    select: { seq: true, actor: true },
  });
  const actors = new Map(events.map(({ seq, actor }) => [seq, actor]));
  const last = shown.at(-1);
  return {
    items: shown.map((row) => toReceipt(row, row.firstSeq <= row.lastSeq ? actors.get(row.firstSeq) : undefined)),
    nextCursor: rows.length > query.limit && last ? encodeCursor([Number(last.lastSeq), last.receiptId]) : null,
  };
}

/** Start of a page: after a receipt, given by its last position and id, and above the floor. */
interface Place {
  at: [number, string] | undefined;
  floor: number;
  limit: number;
}

function newest(db: TenantClient, { at, floor, limit }: Place): Promise<StoredRow[]> {
  const seq = at && BigInt(at[0]);
  return db.receipt.findMany({
    where: {
      lastSeq: { gt: floor, ...(at && { lte: seq }) },
      ...(at && { OR: [{ lastSeq: { lt: seq } }, { receiptId: { lt: at[1] } }] }),
    },
    orderBy: [{ lastSeq: "desc" }, { receiptId: "desc" }],
    take: limit + 1,
  });
}

/**
 * Goes from the run's last event to its receipt, to the run's last event before that, and so on:
 * two index lookups per receipt, however long the log is.
 */
async function newestOfRun(db: TenantClient, scope: Scope, place: Place, runId: string): Promise<StoredRow[]> {
  const { prisma, tenantId } = scope;
  const { at, floor, limit } = place;
  // Exactly one receipt contains the event: the first that ends at or after it.
  const before = at
    ? Prisma.sql`(SELECT r."firstSeq" FROM "Receipt" AS r WHERE r."tenantId" = ${tenantId} AND r."receiptId" = ${at[1]})`
    : Prisma.sql`9223372036854775807`;
  const receiptBefore = (position: Prisma.Sql) => Prisma.sql`
    SELECT r."receiptId", r."firstSeq", r."lastSeq" FROM (
      SELECT e."seq" FROM "Event" AS e WHERE e."tenantId" = ${tenantId} AND e."runId" = ${runId} AND e."seq" > ${floor} AND e."seq" < ${position}
      ORDER BY e."seq" DESC LIMIT 1
    ) AS newest CROSS JOIN LATERAL (
      SELECT r.* FROM "Receipt" AS r
      WHERE r."tenantId" = ${tenantId} AND r."lastSeq" >= newest."seq" AND r."firstSeq" <= newest."seq"
      ORDER BY r."lastSeq" LIMIT 1
    ) AS r`;
  const found = await prisma.$queryRaw<{ receiptId: string }[]>`
    WITH RECURSIVE held AS (
      (${receiptBefore(before)})
      UNION ALL
      SELECT further.* FROM held CROSS JOIN LATERAL (${receiptBefore(Prisma.sql`held."firstSeq"`)}) AS further
    ) SELECT "receiptId" FROM held LIMIT ${limit + 1}`;
  return db.receipt.findMany({
    where: { receiptId: { in: found.map(({ receiptId }) => receiptId) } },
    orderBy: { lastSeq: "desc" },
  });
}

const toReceipt = (row: StoredRow, actor: string | undefined): StoredReceipt => ({
  receiptId: row.receiptId,
  tenantId: row.tenantId,
  firstSeq: Number(row.firstSeq),
  lastSeq: Number(row.lastSeq),
  committedAt: row.committedAt.toISOString(),
  actor: actor ?? null,
  mutations: row.mutations as string[],
  prevHash: row.prevHash,
  hash: row.hash,
});
