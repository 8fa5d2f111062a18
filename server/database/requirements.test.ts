import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { type PgBouncer, startPgBouncer } from "../testing/pgbouncer.ts";
import { withDatabase } from "../testing/url.ts";
import { createDatabase } from "./client.ts";
import { StartupError } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { requireDatabase } from "./requirements.ts";
import { schemaOf, withSchema } from "./url.ts";

let db: TestDatabase;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await db.drop();
});

const name = () => new URL(db.url).pathname.slice(1);
const sql = (text: string) => db.pool.query(text);

/** The one line of a start that fails. */
async function refusal(work: Promise<unknown>): Promise<StartupError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartupError);
  expect((error as StartupError).message).not.toContain("\n");
  return error as StartupError;
}

/** A database as `CREATE DATABASE` makes it with these options. */
async function another(options: string): Promise<string> {
  const other = `switchyard_other_${randomBytes(6).toString("hex")}`;
  await sql(`CREATE DATABASE ${other} ${options}`);
  closing.push(() => sql(`DROP DATABASE ${other} WITH (FORCE)`));
  return withDatabase(inject("testServer").url, other);
}

/** Roles outlive the databases of tests. */
async function role(more: string): Promise<string> {
  const made = `role_${randomBytes(6).toString("hex")}`;
  await sql(`CREATE ROLE ${made} LOGIN PASSWORD 'secret'; ${more.replaceAll("$role", made)}`);
  closing.push(() => sql(`DROP OWNED BY ${made}; DROP ROLE ${made}`));
  return made;
}

function as(user: string): string {
  const url = new URL(db.url);
  url.username = user;
  url.password = "secret";
  return url.toString();
}

test.each(["SQL_ASCII", "LATIN1"])(
  "a database in %s is refused, because it cannot hold every text",
  async (encoding) => {
    const url = await another(`ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
    const fault = await refusal(requireDatabase(url));
    expect([fault.code, fault.message]).toEqual(["database_encoding", expect.stringContaining(encoding)]);
  },
);

test("a read-only database is refused", async () => {
  await sql(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`);
  expect((await refusal(requireDatabase(db.url))).code).toBe("database_read_only");
});

describe("the schema", () => {
  test("is the one that the URL names, made if need be, and everything is in it", async () => {
    const url = await requireDatabase(withSchema(db.url, "Its own"));
    expect(schemaOf(url)).toBe("Its own");
    await migrate(url);
    const own = createDatabase(url);
    await own.prisma.tenant.create({ data: { id: "here", name: "Here" } });
    const { rows } = await own.pool.query('SELECT id FROM "Tenant"');
    await own.close();
    expect(rows).toEqual([{ id: "here" }]);
    expect((await sql('SELECT count(*)::int AS n FROM public."Tenant"')).rows).toEqual([{ n: 0 }]);
  });

  test("is else the first of the search path", async () => {
    await sql("DROP SCHEMA public CASCADE; CREATE SCHEMA theirs");
    await sql(`ALTER DATABASE ${name()} SET search_path = theirs, public`);
    expect(schemaOf(await requireDatabase(db.url))).toBe("theirs");
  });

  test("is asked for when the search path leads past tables that are there", async () => {
    await sql("CREATE SCHEMA theirs");
    await sql(`ALTER DATABASE ${name()} SET search_path = theirs, public`);
    const fault = await refusal(requireDatabase(db.url));
    expect([fault.code, fault.message]).toEqual(["database_schema", expect.stringContaining("?schema=")]);
    expect(schemaOf(await requireDatabase(withSchema(db.url, "public")))).toBe("public");
  });

  test("that a role may not make, or make tables in, is named with what to do", async () => {
    const user = await role("");
    expect((await refusal(requireDatabase(withSchema(as(user), "new")))).code).toBe("database_schema");
    await sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC");
    const fault = await refusal(migrate(as(user)));
    expect([fault.code, fault.message]).toEqual(["database_forbidden", expect.stringContaining("GRANT USAGE, CREATE")]);
    expect((await sql("SELECT count(*)::int AS n FROM pg_class WHERE relname = '_prisma_migrations'")).rows).toEqual([
      { n: 0 },
    ]);
  });

  test("with all migrations needs no right to make tables, only to use them", async () => {
    const user = await role("GRANT SELECT ON _prisma_migrations TO $role");
    const fault = await refusal(migrate(as(user)));
    expect([fault.code, fault.message]).toEqual([
      "database_forbidden",
      expect.stringContaining("GRANT SELECT, INSERT"),
    ]);
    await sql(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`);
    expect(await migrate(as(user))).toEqual([]);
  });
});

describe("behind a connection pooler", () => {
  async function pooled(mode: "session" | "transaction" | "statement"): Promise<PgBouncer> {
    const pooler = await startPgBouncer(db.url, mode);
    closing.push(() => pooler.stop());
    return pooler;
  }
  const locks = async () => (await sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).rowCount;

  test.each(["transaction", "statement"] as const)(
    "in %s mode it is refused, and leaves no lock behind",
    async (mode) => {
      const { url } = await pooled(mode);
      const fault = await refusal(requireDatabase(url));
      expect([fault.code, fault.message]).toEqual(["database_pooled", expect.stringContaining("pool_mode = session")]);
      expect(await locks()).toBe(0);
    },
  );

  test("that pools sessions it works: migrations, Prisma, the pool, and again on the same server connections", async () => {
    const pooler = await pooled("session");
    await sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    for (let turn = 0; turn < 2; turn++) {
      const url = await requireDatabase(pooler.url);
      expect((await migrate(url)).length > 0).toBe(turn === 0);
      expect(await locks()).toBe(0);
      const own = createDatabase(url, { max: 3 });
      expect(await own.prisma.tenant.count()).toBe(0);
      const zones = await Promise.all([1, 2, 3].map(() => own.pool.query("SHOW TimeZone")));
      expect(zones.map(({ rows }) => rows[0])).toEqual([1, 2, 3].map(() => ({ TimeZone: "UTC" })));
      await own.close();
    }
  });
});

test("a lock that somebody holds is waited for with a word, and only where there is something to do", async () => {
  const holder = new pg.Client({ connectionString: db.url });
  await holder.connect();
  await holder.query("SET idle_session_timeout = 0; SELECT pg_advisory_lock(72707369)");
  expect(await migrate(db.url)).toEqual([]);
  await sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  let waits = 0;
  const migrated = migrate(db.url, undefined, () => {
    waits += 1;
    void holder.end();
  });
  expect((await migrated).length).toBeGreaterThan(0);
  expect(waits).toBe(1);
});
