import type { ReceiptHeader } from "../../../domain/receipt.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";

/** A receipt as the log keeps it: what proves the commit. What it yielded, lease tokens among it, was for the committer alone. */
export type StoredReceipt = ReceiptHeader & { hash: string };

/** Receipts, the newest first. */
export async function listReceipts(db: TenantClient, query: PageRequest): Promise<Page<StoredReceipt>> {
  const at = decodeCursor(query.cursor, ["count", "text"]);
  const seq = at && BigInt(at[0]);
  const rows = await db.receipt.findMany({
    where: { ...(at && { lastSeq: { lte: seq }, OR: [{ lastSeq: { lt: seq } }, { receiptId: { lt: at[1] } }] }) },
    orderBy: [{ lastSeq: "desc" }, { receiptId: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [Number(row.lastSeq), row.receiptId],
    (row) => ({
      receiptId: row.receiptId,
      tenantId: row.tenantId,
      firstSeq: Number(row.firstSeq),
      lastSeq: Number(row.lastSeq),
      committedAt: row.committedAt.toISOString(),
      mutations: row.mutations as string[],
      prevHash: row.prevHash,
      hash: row.hash,
    }),
  );
}
