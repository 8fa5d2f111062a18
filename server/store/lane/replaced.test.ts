import pg from "pg";
import { describe, expect, test } from "vitest";
import { createDatabase } from "../../database/client.ts";
import { renameRestoredLogs } from "../../database/identity.ts";
import { givenTenants } from "../../testing/given.ts";
import { withDatabase } from "../../testing/url.ts";
import type { Store } from "../types.ts";
import { commit, openStore } from "./lane.test-kit.ts";

const given = givenTenants();

/** A server of its own, with the replaced logs it reported. */
async function node(): Promise<{ store: Store; replaced: string[] }> {
  const own = createDatabase(given.database.url, { max: 4 });
  given.closing(own);
  const store = await openStore(own, given.tenant, { pollMs: 60_000 });
  given.closing(store);
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
    await given.database.pool.query(`DROP TABLE IF EXISTS "kept_${table}"`);
    await given.database.pool.query(
      `CREATE TABLE "kept_${table}" AS SELECT * FROM "${table}" WHERE "tenantId" = '${given.tenant}'`,
    );
  }
  return async () => {
    const client = await given.database.pool.connect();
    try {
      await client.query("BEGIN");
      for (const table of tables) {
        await client.query(`DELETE FROM "${table}" WHERE "tenantId" = $1`, [given.tenant]);
        await client.query(`INSERT INTO "${table}" SELECT * FROM "kept_${table}"`);
      }
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  };
}

const logIdOf = async (store: Store) => (await store.head(given.tenant)).logId;

describe("a log that is replaced under a running server", () => {
  test("by its own past: the next commit continues from there, under another id, and followers start over", async () => {
    const { store, replaced } = await node();
    await commit(store, [run("before")], {}, given.tenant);
    const restore = await backup();
    const known = await logIdOf(store);
    await commit(store, [run("after")], {}, given.tenant);
    expect(await store.read(given.tenant, "run", "after")).toBeDefined();
    await restore();
    const { receipt } = await commit(store, [append("next")], {}, given.tenant);
    expect(receipt.firstSeq).toBe(2);
    expect(replaced).toEqual([given.tenant]);
    expect(await logIdOf(store)).not.toBe(known);
    expect(await store.read(given.tenant, "run", "after")).toBeUndefined();
    expect(await store.verify(given.tenant)).toMatchObject({ valid: true, checked: 2 });
  });

  test("by one of equal length with another history: nothing of the old one is used", async () => {
    const { store, replaced } = await node();
    await commit(store, [append("first")], {}, given.tenant);
    const restore = await backup();
    await commit(store, [run("ours")], {}, given.tenant);
    await restore();
    const other = await node();
    await commit(other.store, [run("theirs")], {}, given.tenant);
    expect((await store.head(given.tenant)).head).toBe(2);
    await commit(store, [run("ours")], {}, given.tenant);
    expect(replaced).toEqual([given.tenant]);
    expect(other.replaced).toEqual([]);
    expect(await store.verify(given.tenant)).toMatchObject({ valid: true, checked: 3 });
    const rows = await given.database.prisma.run.findMany({
      where: { tenantId: given.tenant },
      orderBy: { id: "asc" },
    });
    expect(rows.map(({ id, seq }) => [id, Number(seq)])).toEqual([
      ["ours", 3],
      ["theirs", 2],
    ]);
  });

  test("by one that is longer: it has the position, but not its hash", async () => {
    const { store, replaced } = await node();
    await commit(store, [append("first")], {}, given.tenant);
    const restore = await backup();
    await commit(store, [run("lost")], {}, given.tenant);
    await restore();
    const other = await node();
    for (const name of ["a", "b", "c"]) await commit(other.store, [append(name)], {}, given.tenant);
    const known = await logIdOf(other.store);
    await store.read(given.tenant, "run", "lost");
    await commit(store, [append("mine")], {}, given.tenant);
    expect(replaced).toEqual([given.tenant]);
    expect(await logIdOf(store)).not.toBe(known);
    expect(await store.read(given.tenant, "run", "lost")).toBeUndefined();
    expect(await store.verify(given.tenant)).toMatchObject({ valid: true, checked: 5 });
  });

  test("two servers that both know the old one give it one new id", async () => {
    const [a, b] = [await node(), await node()];
    await commit(a.store, [append("first")], {}, given.tenant);
    await b.store.head(given.tenant);
    const restore = await backup();
    await commit(a.store, [append("second")], {}, given.tenant);
    await commit(b.store, [append("third")], {}, given.tenant);
    await commit(a.store, [append("fourth")], {}, given.tenant);
    await restore();
    await Promise.all([a, b].map(({ store }) => commit(store, [append("next")], {}, given.tenant)));
    a.store.poll();
    await expect.poll(() => [a.replaced, b.replaced]).toEqual([[given.tenant], [given.tenant]]);
    expect(await a.store.verify(given.tenant)).toMatchObject({ valid: true, checked: 3 });
  });

  test("an idempotency key of the lost part is free again; one of the kept part still answers", async () => {
    const { store } = await node();
    const first = await commit(store, [run("r1")], { idempotencyKey: "kept", fingerprint: "f" }, given.tenant);
    const restore = await backup();
    await commit(store, [run("r2")], { idempotencyKey: "lost", fingerprint: "f" }, given.tenant);
    await restore();
    const again = await commit(store, [run("r2")], { idempotencyKey: "lost", fingerprint: "f" }, given.tenant);
    expect([again.replayed, again.receipt.firstSeq]).toEqual([false, 2]);
    const kept = await commit(store, [run("r1")], { idempotencyKey: "kept", fingerprint: "f" }, given.tenant);
    expect([kept.replayed, kept.receipt.receiptId]).toEqual([true, first.receipt.receiptId]);
  });

  test("other servers' ordinary commits replace nothing", async () => {
    const [a, b] = [await node(), await node()];
    for (let index = 0; index < 20; index++)
      await commit(index % 2 ? a.store : b.store, [append("x")], {}, given.tenant);
    expect([a.replaced, b.replaced]).toEqual([[], []]);
  });
});

describe("a database that was restored while no server ran", () => {
  test("gives its logs another id, once; a mere restart does not", async () => {
    const { store } = await node();
    await commit(store, [append("first")], {}, given.tenant);
    await renameRestoredLogs(given.database.pool, "files");
    const known = await logIdOf(store);
    expect(await renameRestoredLogs(given.database.pool, "files")).toBe(0);
    expect(await logIdOf(store)).toBe(known);

    // A copy of the files.
    expect(await renameRestoredLogs(given.database.pool, "copied files")).toBeGreaterThan(0);
    expect(await renameRestoredLogs(given.database.pool, "copied files")).toBe(0);
    expect(await logIdOf(store)).not.toBe(known);
  });

  test("into another database of the same cluster, as by a dump", async () => {
    const { store } = await node();
    await commit(store, [append("first")], {}, given.tenant);
    await renameRestoredLogs(given.database.pool);
    const known = await logIdOf(store);
    await given.closeAll();
    const name = `${new URL(given.database.url).pathname.slice(1)}_copy`;
    const admin = new pg.Client({ connectionString: withDatabase(given.database.url, "postgres") });
    await admin.connect();
    await given.database.prisma.$disconnect();
    try {
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
        [new URL(given.database.url).pathname.slice(1)],
      );
      await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${new URL(given.database.url).pathname.slice(1)}"`);
      const copy = createDatabase(withDatabase(given.database.url, name));
      try {
        expect(await renameRestoredLogs(copy.pool)).toBeGreaterThan(0);
        expect(await renameRestoredLogs(copy.pool)).toBe(0);
        const [row] = (await copy.pool.query('SELECT "logId" FROM "LogHead" WHERE "tenantId" = $1', [given.tenant]))
          .rows;
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
    await renameRestoredLogs(given.database.pool, "one");
    const renamed = await Promise.all(Array.from({ length: 8 }, () => renameRestoredLogs(given.database.pool, "two")));
    expect(renamed.filter((logs) => logs > 0)).toHaveLength(1);
  });
});
