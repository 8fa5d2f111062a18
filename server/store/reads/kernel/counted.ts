import { toWire, type Wire } from "../../../../domain/kernel/wire.ts";
import { ROWS, type Rows } from "../../../../domain/rows.ts";
import { selectRows } from "../../lane/statements.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import type { Scope } from "./scope.ts";

/** A page requested by its number, or by a cursor. */
export interface CountedRequest extends PageRequest {
  /** From 1; without it, the cursor says where the page begins. */
  page?: number;
}

/** The total is counted except on pages after a cursor: the first page has it. */
export interface CountedPage<T> extends Page<T> {
  total?: number;
  page?: number;
  pageSize?: number;
}

/** Kinds with counted lists. */
type Counted = "session" | "task" | "approval";

/** A condition on a list's rows, around the parameter for its value. */
export interface Condition {
  sql: (parameter: string) => string;
  value: string | string[];
}

export const equals = (column: string, value: string): Condition => ({ sql: (p) => `"${column}" = ${p}`, value });
export const isOneOf = (column: string, value: string[]): Condition => ({
  sql: (p) => `"${column}" = ANY (${p}::text[])`,
  value,
});

/**
 * One page of rows by time of creation, newest first, with the total: one statement, so both are of
 * the same moment.
 */
export async function countedPage<K extends Counted>(
  { prisma, tenantId }: Scope,
  kind: K,
  conditions: readonly Condition[],
  query: CountedRequest,
): Promise<CountedPage<Wire<K>>> {
  const { limit, page } = query;
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const values: unknown[] = [tenantId, limit + 1, page ? (page - 1) * limit : 0];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const where = conditions.map(({ sql, value }) => ` AND ${sql(parameter(value))}`).join("");
  const after = at
    ? ` AND ("createdAt", "id") < (${parameter(at[0].toISOString())}::timestamptz, ${parameter(at[1])})`
    : "";
  const table = `"${ROWS[kind].table}"`;
  const order = `ORDER BY ${table}."createdAt" DESC, "id" DESC`;
  const total = at ? "NULL::int" : `(SELECT count(*)::int FROM ${table} WHERE "tenantId" = $1${where})`;
  // Ids first: otherwise the skipped rows would be read in full.
  const ids = `SELECT "id" FROM ${table} WHERE "tenantId" = $1${where}${after} ${order} LIMIT $2::int OFFSET $3::int`;
  const text = `SELECT /* page of ${kind}s */ ${total} AS "total",
    (SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (${selectRows(kind)} AND "id" IN (${ids}) ${order}) AS r)::text AS "rows"`;
  const [found] = await prisma.$queryRawUnsafe<{ total: number | null; rows: string }[]>(text, ...values);
  const rows = JSON.parse(found?.rows ?? "[]") as Rows[K][];
  return {
    ...pageOf(
      rows,
      limit,
      (row) => [row.createdAt, row.id],
      (row) => toWire(kind, row),
    ),
    ...(typeof found?.total === "number" && { total: found.total }),
    ...(page && { page, pageSize: limit }),
  };
}
