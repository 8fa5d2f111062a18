import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { KINDS, TABLES } from "./tables.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test.each(KINDS)("the columns of %s are the database's, with their types", async (kind) => {
  const { name, columns, heavy } = TABLES[kind];
  const { rows } = await database.pool.query<{ column: string; type: string }>(
    `SELECT column_name AS "column", CASE udt_name WHEN '_text' THEN 'text[]' ELSE udt_name END AS "type"
     FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1`,
    [name],
  );
  const found = Object.fromEntries(rows.map(({ column, type }) => [column, type]));
  expect({ tenantId: "text", ...columns }).toEqual(found);
  expect(Object.keys(columns)).toEqual(expect.arrayContaining([...heavy]));
});
