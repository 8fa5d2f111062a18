import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS, ROWS } from "../../../domain/rows.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test.each(KINDS)("the columns of %s are the database's, with their types", async (kind) => {
  const { table, stored, heavy, large, hidden } = ROWS[kind];
  const { rows } = await database.pool.query<{ column: string; type: string }>(
    `SELECT column_name AS "column", CASE udt_name WHEN '_text' THEN 'text[]' ELSE udt_name END AS "type"
     FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1`,
    [table],
  );
  const found = Object.fromEntries(rows.map(({ column, type }) => [column, type]));
  expect({ tenantId: "text", ...stored }).toEqual(found);
  expect(Object.keys(stored)).toEqual(expect.arrayContaining([...heavy, ...large, ...hidden]));
});
