import { toWire, type Wire } from "../../../../domain/kernel/wire.ts";
import { ROWS, type Rows } from "../../../../domain/rows.ts";
import { selectRows } from "../../lane/statements.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import type { Scope } from "./scope.ts";

/** A page that is asked for by its place in the list, or by a cursor. */
export interface CountedRequest extends PageRequest {
  /** From 1; left out, the cursor says where the page begins. */
  page?: number;
}

/** How many there are in all is counted but for the pages behind a cursor: whoever goes on knows it from the first. */
export interface CountedPage<T> extends Page<T> {
  total?: number;
  page?: number;
  pageSize?: number;
}

/** Kinds whose lists are counted. */
type Counted = "session" | "task" | "approval";

/** A condition on the rows of a list, around the parameter that its value goes into. */
export interface Condition {
  sql: (parameter: string) => string;
  value: string | string[];
}

export const equals = (column: string, value: string): Condition => ({ sql: (p) => `"${column}" = ${p}`, value });
export const isOneOf = (column: string, value: string[]): Condition => ({
  sql: (p) => `"${column}" = ANY (${p}::text[])`,
  value,
});

/** One page of rows by the time they were created, the newest first, with how many there are: one statement, so both are of the same moment. */
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
  // The ids first: what is skipped would else be drawn up in full.
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
