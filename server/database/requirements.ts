import pg from "pg";
import { connect } from "./connect.ts";
import { StartupError } from "./errors.ts";
import { quoteIdentifier } from "./session.ts";
import { ownsItsSession } from "./session-owner.ts";
import { givenSchema, withSchema } from "./url.ts";

const OLDEST_SERVER = 150_000;

interface Server {
  number: string;
  version: string;
  encoding: string;
  readOnly: boolean;
  role: string;
}

/**
 * Looks whether the database of a URL is one that this code can work with, and which schema of it
 * is meant: the one that the URL names (`?schema=`, made if it is not there), else the first of the
 * connection's own search path. Answers the URL with that schema in it, which every other
 * connection is opened with. Throws StartupError, whose one line says what to do, for a database
 * that cannot be reached, is older than PostgreSQL 15, is not encoded in UTF-8, takes no writes, or
 * stands behind a pooler that does not pool sessions, and for a schema that cannot be made or is
 * ambiguous.
 */
export async function requireDatabase(url: string): Promise<string> {
  const client = await connectAtStart(url);
  try {
    await requireServer(client);
    if (!(await ownsItsSession(url))) {
      throw new StartupError(
        "database_pooled",
        `a connection pooler in transaction or statement mode stands before the database at ${placeOf(client)}; Switchyard needs sessions of its own: set pool_mode = session for it, or let DATABASE_URL lead to Postgres itself`,
      );
    }
    return withSchema(url, await chooseSchema(client, givenSchema(url)));
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * One prepared connection. Throws StartupError "database_unreachable", without the URL's password.
 */
export async function connectAtStart(url: string): Promise<pg.Client> {
  try {
    return await connect(url, { name: "switchyard-migrate", connectTimeoutMs: 10_000 });
  } catch (error) {
    const at = placeOf(new pg.Client({ connectionString: url }));
    const message = `cannot reach the database at ${at}: ${reasonOf(error)}`;
    throw new StartupError("database_unreachable", message, { cause: error });
  }
}

// Never the whole URL: it holds the password.
export function placeOf(client: pg.Client): string {
  return `${client.host}:${client.port}/${client.database ?? ""}`;
}

export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

async function requireServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Server>(
    `SELECT current_setting('server_version_num') AS "number", version() AS "version", current_setting('server_encoding') AS "encoding",
      current_setting('transaction_read_only') = 'on' AS "readOnly"`,
  );
  const found = rows[0];
  const at = placeOf(client);
  if (!found || Number(found.number) < OLDEST_SERVER || !found.version.startsWith("PostgreSQL")) {
    const what = `it is ${found?.version ?? "unknown"}`;
    throw new StartupError("database_too_old", `the database at ${at} must be PostgreSQL 15 or newer, ${what}`);
  }
  if (found.encoding !== "UTF8") {
    throw new StartupError(
      "database_encoding",
      `the database at ${at} is encoded in ${found.encoding} and cannot hold every text; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  if (found.readOnly) {
    throw new StartupError(
      "database_read_only",
      `the database at ${at} takes no writes: it is a standby, or default_transaction_read_only is on; DATABASE_URL must lead to the primary`,
    );
  }
}

async function chooseSchema(client: pg.Client, given: string | undefined): Promise<string> {
  if (given !== undefined) {
    await makeSchema(client, given);
    return given;
  }
  // What role and database are set to, which our own connections do not follow.
  await client.query("RESET search_path");
  const { rows } = await client.query<{ schema: string | null; ours: string[] }>(
    `SELECT current_schema() AS "schema", array(SELECT n.nspname::text FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relname = 'LogHead' AND c.relkind = 'r' ORDER BY 1) AS "ours"`,
  );
  const { schema = null, ours = [] } = rows[0] ?? {};
  const at = placeOf(client);
  if (schema === null) {
    throw new StartupError(
      "database_schema",
      `no schema of the search_path exists in the database at ${at}; name one with ?schema=… in DATABASE_URL`,
    );
  }
  if (ours.length === 0 || ours.includes(schema)) return schema;
  throw new StartupError(
    "database_schema",
    `the database at ${at} has Switchyard's tables in schema ${ours.map(quoteIdentifier).join(" and ")}, but its search_path leads to ${quoteIdentifier(schema)}; name the one you mean with ?schema=… in DATABASE_URL`,
  );
}

async function makeSchema(client: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema]);
  if (rowCount !== 0) return;
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
  } catch (error) {
    throw new StartupError(
      "database_schema",
      `the schema ${quoteIdentifier(schema)} is not in the database at ${placeOf(client)} and cannot be made: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}
