import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase } from "../../database/client.ts";
import { renameRestoredLogs } from "../../database/identity.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { withDatabase } from "../../testing/url.ts";
import type { Store } from "../types.ts";
import { commit, openStore } from "./lane.test-kit.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let tenants = 0;
let tenant = "";
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  tenants += 1;
  tenant = `t${tenants}`;
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A server of its own, with the replaced logs it reported. */
async function node(): Promise<{ store: Store; replaced: string[] }> {
  const own = createDatabase(database.url, { max: 4 });
  open.push(own);
  const store = await openStore(own, tenant, { pollMs: 60_000 });
  open.push(store);
  const replaced: string[] = [];
  store.onReplaced((tenantId) => replaced.push(tenantId));
  return { store, replaced };
}

const run = (runId: string) => ({ type: "run.create" as const, runId, workflow: "w" });
const append = (name: string) => ({ type: "event.append" as const, eventType: `x.${name}` });

/** Keeps the tenant's tables; the returned function restores them, like a backup. */
async function backup(): Promise<() => Promise<void>> {
  const tables = ["LogHead", "Event", "Receipt", "IdempotencyKey", "Run"];
  for (const table of tables) {
    await database.pool.query(`DROP TABLE IF EXISTS "kept_${table}"`);
    await database.pool.query(
      `CREATE TABLE "kept_${table}" AS SELECT * FROM "${table}" WHERE "tenantId" = '${tenant}'`,
    );
  }
  return async () => {
    const client = await database.pool.connect();
    try {
      await client.query("BEGIN");
      for (const table of tables) {
        await client.query(`DELETE FROM "${table}" WHERE "tenantId" = $1`, [tenant]);
        await client.query(`INSERT INTO "${table}" SELECT * FROM "kept_${table}"`);
      }
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  };
}

const logIdOf = async (store: Store) => (await store.head(tenant)).logId;

describe("a log that is replaced under a running server", () => {
  test("by its own past: the next commit continues from there, under another id, and followers start over", async () => {
    const { store, replaced } = await node();
    await commit(store, [run("before")], {}, tenant);
    const restore = await backup();
    const known = await logIdOf(store);
    await commit(store, [run("after")], {}, tenant);
    expect(await store.read(tenant, "run", "after")).toBeDefined();
    await restore();
    const { receipt } = await commit(store, [append("next")], {}, tenant);
    expect(receipt.firstSeq).toBe(2);
    expect(replaced).toEqual([tenant]);
    expect(await logIdOf(store)).not.toBe(known);
    expect(await store.read(tenant, "run", "after")).toBeUndefined();
    expect(await store.verify(tenant)).toMatchObject({ valid: true, checked: 2 });
  });

  test("by one of equal length with another history: nothing of the old one is used", async () => {
    const { store, replaced } = await node();
    await commit(store, [append("first")], {}, tenant);
    const restore = await backup();
    await commit(store, [run("ours")], {}, tenant);
    await restore();
    const other = await node();
    await commit(other.store, [run("theirs")], {}, tenant);
    expect((await store.head(tenant)).head).toBe(2);
    await commit(store, [run("ours")], {}, tenant);
    expect(replaced).toEqual([tenant]);
    expect(other.replaced).toEqual([]);
    expect(await store.verify(tenant)).toMatchObject({ valid: true, checked: 3 });
    const rows = await database.prisma.run.findMany({ where: { tenantId: tenant }, orderBy: { id: "asc" } });
    expect(rows.map(({ id, seq }) => [id, Number(seq)])).toEqual([
      ["ours", 3],
      ["theirs", 2],
    ]);
  });

  test("by one that is longer: it has the position, but not its hash", async () => {
    const { store, replaced } = await node();
    await commit(store, [append("first")], {}, tenant);
    const restore = await backup();
    await commit(store, [run("lost")], {}, tenant);
    await restore();
    const other = await node();
    for (const name of ["a", "b", "c"]) await commit(other.store, [append(name)], {}, tenant);
    const known = await logIdOf(other.store);
    await store.read(tenant, "run", "lost");
    await commit(store, [append("mine")], {}, tenant);
    expect(replaced).toEqual([tenant]);
    expect(await logIdOf(store)).not.toBe(known);
    expect(await store.read(tenant, "run", "lost")).toBeUndefined();
    expect(await store.verify(tenant)).toMatchObject({ valid: true, checked: 5 });
  });

  test("two servers that both know the old one give it one new id", async () => {
    const [a, b] = [await node(), await node()];
    await commit(a.store, [append("first")], {}, tenant);
    await b.store.head(tenant);
    const restore = await backup();
    await commit(a.store, [append("second")], {}, tenant);
    await commit(b.store, [append("third")], {}, tenant);
    await commit(a.store, [append("fourth")], {}, tenant);
    await restore();
    await Promise.all([a, b].map(({ store }) => commit(store, [append("next")], {}, tenant)));
    a.store.poll();
    await expect.poll(() => [a.replaced, b.replaced]).toEqual([[tenant], [tenant]]);
    expect(await a.store.verify(tenant)).toMatchObject({ valid: true, checked: 3 });
  });

  test("an idempotency key of the lost part is free again; one of the kept part still answers", async () => {
    const { store } = await node();
    const first = await commit(store, [run("r1")], { idempotencyKey: "kept", fingerprint: "f" }, tenant);
    const restore = await backup();
    await commit(store, [run("r2")], { idempotencyKey: "lost", fingerprint: "f" }, tenant);
    await restore();
    const again = await commit(store, [run("r2")], { idempotencyKey: "lost", fingerprint: "f" }, tenant);
    expect([again.replayed, again.receipt.firstSeq]).toEqual([false, 2]);
    const kept = await commit(store, [run("r1")], { idempotencyKey: "kept", fingerprint: "f" }, tenant);
    expect([kept.replayed, kept.receipt.receiptId]).toEqual([true, first.receipt.receiptId]);
  });

  test("other servers' ordinary commits replace nothing", async () => {
    const [a, b] = [await node(), await node()];
    for (let index = 0; index < 20; index++) await commit(index % 2 ? a.store : b.store, [append("x")], {}, tenant);
    expect([a.replaced, b.replaced]).toEqual([[], []]);
  });
});

describe("a database that was restored while no server ran", () => {
  test("gives its logs another id, once; a mere restart does not", async () => {
    const { store } = await node();
    await commit(store, [append("first")], {}, tenant);
    await renameRestoredLogs(database.pool, "files");
    const known = await logIdOf(store);
    expect(await renameRestoredLogs(database.pool, "files")).toBe(0);
    expect(await logIdOf(store)).toBe(known);

    // A copy of the files.
    expect(await renameRestoredLogs(database.pool, "copied files")).toBeGreaterThan(0);
    expect(await renameRestoredLogs(database.pool, "copied files")).toBe(0);
    expect(await logIdOf(store)).not.toBe(known);
  });

  test("into another database of the same cluster, as by a dump", async () => {
    const { store } = await node();
    await commit(store, [append("first")], {}, tenant);
    await renameRestoredLogs(database.pool);
    const known = await logIdOf(store);
    await closeAll();
    const name = `${new URL(database.url).pathname.slice(1)}_copy`;
    const admin = new pg.Client({ connectionString: withDatabase(database.url, "postgres") });
    await admin.connect();
    await database.prisma.$disconnect();
    try {
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
        [new URL(database.url).pathname.slice(1)],
      );
      await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${new URL(database.url).pathname.slice(1)}"`);
      const copy = createDatabase(withDatabase(database.url, name));
      try {
        expect(await renameRestoredLogs(copy.pool)).toBeGreaterThan(0);
        expect(await renameRestoredLogs(copy.pool)).toBe(0);
        const [row] = (await copy.pool.query('SELECT "logId" FROM "LogHead" WHERE "tenantId" = $1', [tenant])).rows;
        expect(row.logId).not.toBe(known);
      } finally {
        await copy.close();
      }
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await admin.end();
    }
  });

  test("many servers that start at once give it one new id", async () => {
    await node();
    await renameRestoredLogs(database.pool, "one");
    const renamed = await Promise.all(Array.from({ length: 8 }, () => renameRestoredLogs(database.pool, "two")));
    expect(renamed.filter((logs) => logs > 0)).toHaveLength(1);
  });
});

async function closeAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}
