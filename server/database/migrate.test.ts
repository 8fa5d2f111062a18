import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { missingSql } from "./diff.ts";
import { StartupError } from "./errors.ts";
import { type Migration, migrate, migrationsDirectory, readMigrations } from "./migrate.ts";
import { openSchemaEngine } from "./schema-engine.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const empty = () => db.pool.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");

async function recorded(): Promise<Record<string, unknown>[]> {
  const { rows } = await db.pool.query<Record<string, unknown>>(
    "SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, applied_steps_count AS steps FROM _prisma_migrations ORDER BY 1",
  );
  return rows;
}

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: "0".repeat(64) };
}

async function faultOf(work: Promise<unknown>): Promise<StartupError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const fault = error as StartupError;
  expect(fault.message).not.toContain("\n");
  return fault;
}

test("the migrations give exactly the schema", async () => {
  expect(await missingSql(db.url)).toBe("");
});

test("an empty database is brought to the schema and recorded as the Prisma CLI does", async () => {
  await empty();
  const all = readMigrations();
  expect(await migrate(db.url)).toEqual(all.map(({ name }) => name));
  expect(await recorded()).toEqual(all.map(({ name, checksum }) => ({ name, checksum, finished: true, steps: 1 })));
  expect(await db.prisma.tenant.count()).toBe(0);
});

test("Prisma's own engine agrees with what was recorded", async () => {
  const schema = path.join(migrationsDirectory(), "..", "schema.prisma");
  const { engine, close } = await openSchemaEngine(db.url, [[schema, readFileSync(schema, "utf8")]]);
  const filters = { externalTables: [], externalEnums: [] };
  const migrationsList = {
    baseDir: migrationsDirectory(),
    lockfile: { path: "./migration_lock.toml", content: 'provider = "postgresql"' },
    shadowDbInitScript: "",
    migrationDirectories: readMigrations().map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
    })),
  };
  const diagnosis = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
  expect(diagnosis).toMatchObject({ history: null, editedMigrationNames: [], failedMigrationNames: [] });
  expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({ appliedMigrationNames: [] });
  await close();
});

test("a second migration does no harm", async () => {
  await db.prisma.tenant.create({ data: { id: "t", name: "Tenant" } });
  const before = await recorded();
  expect(await migrate(db.url)).toEqual([]);
  expect(await recorded()).toEqual(before);
  expect(await db.prisma.tenant.count()).toBe(1);
});

test("of 20 racing starters one applies and the others wait", async () => {
  await empty();
  const results = await Promise.all(Array.from({ length: 20 }, () => migrate(db.url)));
  expect(results.filter((applied) => applied.length > 0)).toHaveLength(1);
  expect(await recorded()).toHaveLength(readMigrations().length);
});

test("a database newer than the code is refused and left alone", async () => {
  const fault = await faultOf(migrate(db.url, []));
  expect(fault.code).toBe("database_newer");
  expect(fault.message).toContain('"0001_first_light"');
});

test("a migration that fails leaves nothing behind, names itself, and can be applied when it is put right", async () => {
  const name = "9000_broken";
  const fault = await faultOf(
    migrate(db.url, [...readMigrations(), migration(name, "CREATE TABLE half (id int); SELECT 1 / 0")]),
  );
  expect(fault.code).toBe("database_failed_migration");
  expect(fault.message).toMatch(/"9000_broken" failed: division by zero/);
  const { rows } = await db.pool.query("SELECT to_regclass('half') AS half");
  expect(rows).toEqual([{ half: null }]);
  expect(await migrate(db.url, [...readMigrations(), migration(name, "CREATE TABLE half (id int)")])).toEqual([name]);
});

test("a concurrent index is built outside a transaction; if it fails, the next start says so", async () => {
  const good = migration("9000_index", 'CREATE INDEX CONCURRENTLY tenant_name ON "Tenant" (name)');
  const bad = migration("9001_index", "CREATE INDEX CONCURRENTLY nowhere ON missing (name)");
  expect(await migrate(db.url, [...readMigrations(), good])).toEqual([good.name]);
  await faultOf(migrate(db.url, [...readMigrations(), good, bad]));
  const fault = await faultOf(migrate(db.url, [...readMigrations(), good, bad]));
  expect(fault.code).toBe("database_failed_migration");
  expect(fault.message).toContain("did not finish");
});

test("a migration edited after it was applied is refused", async () => {
  const edited = readMigrations().map((each) => ({ ...each, checksum: "1".repeat(64) }));
  expect((await faultOf(migrate(db.url, edited))).code).toBe("database_changed_migration");
});

test("a migration the operator marked as rolled back is applied again", async () => {
  const again = migration("9000_again", "CREATE TABLE again (id int)");
  await migrate(db.url, [...readMigrations(), again]);
  await db.pool.query("DROP TABLE again");
  await db.pool.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '9000_again'");
  expect(await migrate(db.url, [...readMigrations(), again])).toEqual([again.name]);
});

test("a database that cannot be reached is named without its password", async () => {
  const server = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as net.AddressInfo;
  const notPostgres = await faultOf(migrate(`postgresql://me:hunter2@127.0.0.1:${port}/app`));
  await new Promise((resolve) => server.close(resolve));
  const closed = await faultOf(migrate(`postgresql://me:hunter2@127.0.0.1:${port}/app`));
  const wrongPassword = new URL(db.url);
  wrongPassword.password = "hunter2";
  const refused = await faultOf(migrate(wrongPassword.toString()));
  const unknownHost = await faultOf(migrate("postgresql://me:hunter2@db.invalid/app"));
  for (const fault of [notPostgres, closed, refused, unknownHost]) {
    expect(fault.code).toBe("database_unreachable");
    expect(fault.message).not.toContain("hunter2");
  }
  expect(closed.message).toContain(`127.0.0.1:${port}/app: connect ECONNREFUSED`);
});

test("no connection is left open, also after a fault", async () => {
  await faultOf(migrate(db.url, []));
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'switchyard-migrate'",
  );
  await client.end();
  expect(rows).toEqual([]);
});

test("alerts that were open before it was kept who was notified know it by what was sent of them", async () => {
  await empty();
  const all = readMigrations();
  const at = all.findIndex(({ name }) => name.endsWith("_who_was_notified"));
  await migrate(db.url, all.slice(0, at));
  await db.pool.query(`INSERT INTO "Tenant" ("id", "name", "createdAt") VALUES ('t', 't', now())`);
  const alert = `INSERT INTO "Alert" ("tenantId", "id", "rule", "severity", "status", "title", "subjectKind", "subjectId", "firedAt", "updatedAt", "seq", "value", "snoozeMode")
    VALUES ('t', $1, 'r', 'info', $2, 'x', 'agent', 'a', '2026-01-02T00:00:00Z', now(), 1, 7, $3)`;
  await db.pool.query(alert, ["open", "acknowledged", null]);
  await db.pool.query(alert, ["over", "resolved", null]);
  await db.pool.query(alert, ["asleep", "snoozed", "worse"]);
  let n = 0;
  const sent = (alertId: string, channelId: string, event: string, createdAt: string) => {
    n += 1;
    return db.pool.query(
      `INSERT INTO "Delivery" ("tenantId", "id", "channelId", "alertId", "event", "status", "payload", "createdAt", "updatedAt", "seq")
       VALUES ('t', $1, $2, $3, $4, 'delivered', '{}', $5, now(), 1)`,
      [`d${n}`, channelId, alertId, event, createdAt],
    );
  };
  await sent("open", "before", "alert.fired", "2026-01-01T00:00:00Z");
  await sent("open", "before", "alert.resolved", "2026-01-01T01:00:00Z");
  await sent("open", "team", "alert.reopened", "2026-01-02T00:00:00Z");
  await sent("open", "team", "alert.unacknowledged", "2026-01-02T02:00:00Z");
  await sent("open", "boss", "alert.escalated", "2026-01-02T03:00:00.250Z");
  await sent("over", "team", "alert.fired", "2026-01-02T00:00:00Z");
  await migrate(db.url);
  const { rows } = await db.pool.query(`SELECT "id", "notified", "snoozedValue" FROM "Alert" ORDER BY "id"`);
  expect(rows).toEqual([
    { id: "asleep", notified: {}, snoozedValue: 7 },
    {
      id: "open",
      notified: { boss: "2026-01-02T03:00:00.250Z", team: "2026-01-02T00:00:00.000Z" },
      snoozedValue: null,
    },
    { id: "over", notified: {}, snoozedValue: null },
  ]);
});
