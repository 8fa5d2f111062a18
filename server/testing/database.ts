import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { inject } from "vitest";
import { createDatabase, type Database, type DatabaseOptions } from "../database/client.ts";
import { migrate } from "../database/migrate.ts";
import { withDatabase } from "./url.ts";

export interface TestDatabase extends Database {
  /** For what opens connections of its own: a second client, a second server. */
  url: string;
  /** Closes this client, fails if any other connection is still open, and drops the database. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of its own for one test file:
 * `beforeAll(async () => { db = await createTestDatabase(); }); afterAll(() => db.drop());`
 * `locale`: what `CREATE DATABASE` says of it, where it is to be another than the server's.
 */
export async function createTestDatabase(options: DatabaseOptions = {}, locale?: string): Promise<TestDatabase> {
  const { url: server, template } = inject("testServer");
  const name = `switchyard_test_${randomBytes(6).toString("hex")}`;
  // Copying files takes a tenth of what writing them through the log does. Only the empty template
  // may be copied into another locale.
  const made =
    locale === undefined ? `TEMPLATE "${template}" STRATEGY FILE_COPY` : `TEMPLATE template0 ENCODING 'UTF8' ${locale}`;
  await asAdmin(server, (admin) => admin.query(`CREATE DATABASE "${name}" ${made}`));
  const url = withDatabase(server, name);
  if (locale !== undefined) await migrate(url);
  const database = createDatabase(url, options);
  return {
    ...database,
    url,
    drop: async () => {
      await database.close();
      const leaks = await asAdmin(server, async (admin) => {
        const left = await connectionsLeft(admin, name);
        await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
        return left;
      });
      if (leaks.length > 0) throw new Error(`connections left open: ${leaks.join("; ")}`);
    },
  };
}

// A closed socket takes the server a moment to notice.
async function connectionsLeft(admin: pg.Client, name: string): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await admin.query<{ who: string }>(
      "SELECT application_name || ': ' || left(query, 100) AS who FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [name],
    );
    if (rows.length === 0 || attempt === 40) return rows.map((row) => row.who);
    await delay(50);
  }
}

async function asAdmin<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
