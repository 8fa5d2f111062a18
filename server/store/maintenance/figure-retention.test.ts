import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { ensureTenant } from "../tenants.ts";
import { purgeFigures } from "./figure-retention.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureTenant(database.prisma, "t", "T");
});
afterAll(() => database.drop());

const days = (count: number) => `now() - interval '${count} days'`;
const tally = (id: string, width: string, age: number) =>
  database.pool.query(
    `INSERT INTO "Tally" ("tenantId", "id", "agentKey", "taskType", "width", "t", "seq") VALUES ('t', $1, 'a', '', $2, ${days(age)}, 1)`,
    [id, width],
  );
const gauge = (id: string, key: string, age: number) =>
  database.pool.query(
    `INSERT INTO "Gauge" ("tenantId", "id", "metric", "key", "t", "last", "max", "min", "seq") VALUES ('t', $1, 'busy', $2, ${days(age)}, 1, 1, 1, 1)`,
    [id, key],
  );
const rollup = (width: string, age: number) =>
  database.pool.query(
    `INSERT INTO "Rollup" ("tenantId", "scope", "width", "t") VALUES ('t', 'all', $1, ${days(age)})`,
    [width],
  );
const ids = async (table: string) =>
  (await database.pool.query<{ id: string }>(`SELECT "id" FROM "${table}" ORDER BY 1`)).rows.map(({ id }) => id);

test("old minutes, hours and gauges are deleted; the latest value of a gauge stays however old it is", async () => {
  await tally("new minute", "minute", 1);
  await tally("old minute", "minute", 4);
  await tally("new hour", "hour", 300);
  await tally("old hour", "hour", 401);
  await gauge("a old", "a", 30);
  await gauge("a new", "a", 1);
  await gauge("b last", "b", 300);
  await gauge("b older", "b", 301);
  await rollup("minute", 1);
  await rollup("minute", 4);
  await rollup("hour", 300);
  await rollup("hour", 401);
  await rollup("day", 399);
  await rollup("day", 402);
  const queries = laneDatabase(database.pool);
  expect(await purgeFigures(queries, new AbortController().signal)).toBe(7);
  const rolled = await database.pool.query(`SELECT "width" FROM "Rollup" ORDER BY 1`);
  expect(rolled.rows.map(({ width }) => width)).toEqual(["day", "hour", "minute"]);
  expect(await ids("Tally")).toEqual(["new hour", "new minute"]);
  expect(await ids("Gauge")).toEqual(["a new", "b last"]);
  expect(await purgeFigures(queries, AbortSignal.abort())).toBe(0);
});
