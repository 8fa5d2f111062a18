import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { createPgProxy } from "../testing/pg-proxy.ts";
import { createDatabase } from "./client.ts";

let db: TestDatabase;
const onConnectionLost = vi.fn<(error: Error) => void>();
beforeAll(async () => {
  db = await createTestDatabase({ onConnectionLost });
});
afterAll(() => db.drop());

test("a row written through Prisma is read through the pool", async () => {
  await db.prisma.tenant.create({ data: { id: "t", name: "Tenant" } });
  const { rows } = await db.pool.query('SELECT name FROM "Tenant" WHERE id = $1', ["t"]);
  expect(rows).toEqual([{ name: "Tenant" }]);
});

test("statements repeated on a connection are prepared by name", async () => {
  const single = createDatabase(db.url, { max: 1 });
  for (let turn = 0; turn < 3; turn++) await single.prisma.tenant.findMany({ where: { name: "Tenant" } });
  const { rows } = await single.pool.query(
    "SELECT count(*)::int AS n FROM pg_prepared_statements WHERE name LIKE 'sy\\_%'",
  );
  expect(rows).toEqual([{ n: 1 }]);
  await single.close();
});

test("a statement that takes too long is cancelled", async () => {
  const impatient = createDatabase(db.url, { statementTimeoutMs: 50 });
  await expect(impatient.pool.query("SELECT pg_sleep(30)")).rejects.toThrow(/statement timeout/);
  await impatient.close();
});

test("connections that are cut, idle or in use, are replaced and end nothing", async () => {
  const inUse = db.pool.query("SELECT pg_sleep(4)").catch((error: Error) => error.message);
  await db.prisma.tenant.count();
  await eventually(async () => {
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(4)'",
    );
    expect(rows).toEqual([{ n: 1 }]);
  });
  const other = createDatabase(db.url, { max: 1 });
  await other.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await other.close();
  expect(await inUse).toMatch(/terminat/);
  await eventually(() => expect(onConnectionLost).toHaveBeenCalled());
  await eventually(async () => expect(await db.prisma.tenant.count()).toBe(1));
});

test("a database that has fallen silent fails the query, and serves the next one when it speaks again", async () => {
  const proxy = await createPgProxy(db.url);
  const cutOff = createDatabase(proxy.url, { max: 1, statementTimeoutMs: 1_000, connectTimeoutMs: 2_000 });
  expect(await cutOff.prisma.tenant.count()).toBe(1);
  proxy.setSilent(true);
  await expect(cutOff.prisma.tenant.count()).rejects.toThrow();
  await expect(cutOff.pool.query("SELECT 1")).rejects.toThrow();
  proxy.setSilent(false);
  await eventually(async () => expect(await cutOff.prisma.tenant.count()).toBe(1));
  await cutOff.close();
  await proxy.close();
});

test("an unreachable database fails the query, in time, and not the process", async () => {
  const nowhere = createDatabase("postgresql://nobody:secret@127.0.0.1:1/none", { connectTimeoutMs: 500 });
  await expect(nowhere.prisma.tenant.count()).rejects.toThrow();
  await nowhere.close();
  await nowhere.close();
});
