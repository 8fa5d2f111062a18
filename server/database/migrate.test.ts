import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { migrate } from "./migrate.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

test("a second migration does no harm", async () => {
  expect(await migrate(db.url)).toEqual([]);
  expect(await db.prisma.tenant.count()).toBe(0);
});
