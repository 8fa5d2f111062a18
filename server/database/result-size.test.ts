import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createDatabase, type Database } from "./client.ts";
import { asManyAsFit, isTooLarge } from "./result-size.ts";

const LIMITS = { total: 1, perTenant: 1, perPrincipal: 1, waiting: 10, waitingPerPrincipal: 10, waitMs: 60_000 };
const MEGABYTES = "SELECT repeat('x', 1048576) AS text FROM generate_series(1, $1::int)";

let db: TestDatabase;
let shared: Database;
beforeAll(async () => {
  db = await createTestDatabase();
  shared = createDatabase(db.url, { max: 1, share: { limits: LIMITS, canceller: db.pool } });
});
afterAll(async () => {
  await shared.close();
  await db.drop();
});

const byDriver = (rows: number) => shared.pool.query(MEGABYTES, [rows]).then((answer) => answer.rows);
const byPrisma = (rows: number) => shared.prisma.$queryRawUnsafe<unknown[]>(MEGABYTES, rows);

test.each([
  ["the driver", byDriver],
  ["Prisma", byPrisma],
])("a result by %s that is too large is given up, and the next read is answered", async (_, read) => {
  expect(await read(15)).toHaveLength(15);
  expect(isTooLarge(await read(40).catch((error: unknown) => error))).toBe(true);
  expect(await read(1)).toHaveLength(1);
  expect(shared.reads()).toMatchObject({ running: 0, waiting: 0 });
});

test("fewer rows are read where so many do not fit", async () => {
  expect(await asManyAsFit(40, byPrisma)).toHaveLength(10);
  await expect(asManyAsFit(1, () => byDriver(40))).rejects.toSatisfy(isTooLarge);
});
