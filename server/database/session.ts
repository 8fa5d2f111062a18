import type pg from "pg";
import { schemaOf } from "./url.ts";

/** How long things may take on a connection, ms; 0 is without end. */
export interface SessionLimits {
  /** One statement. Default 0. */
  statementTimeoutMs?: number;
  /** A transaction between two of its statements. Default 0. */
  idleInTransactionMs?: number;
}

/**
 * What this code relies on, whatever the server, the database or the role has been configured to:
 * how values are written and read, what a transaction sees, and that a commit is on disk when it is
 * answered. Names that a server is too old to know are left out.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // Prisma's driver adapter drops the offset of every time it reads and writes none: only in UTC
  // that changes nothing.
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  client_encoding: "UTF8",
  standard_conforming_strings: "on",
  bytea_output: "hex",
  array_nulls: "on",
  transform_null_equals: "off",
  lc_numeric: "C",
  lc_monetary: "C",
  lc_time: "C",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  row_security: "on",
  client_min_messages: "warning",
  exit_on_error: "off",
  plan_cache_mode: "auto",
  // Statements here are short; compiling them costs more than it saves.
  jit: "off",
  lock_timeout: "0",
  idle_session_timeout: "0",
  transaction_timeout: "0",
};

/**
 * The one statement that prepares a connection. By `set_config` and not as start-up options, which
 * connection poolers refuse. It leaves `default_transaction_read_only` as it is: that is how a
 * database is closed for writes on purpose. Of `synchronous_commit` only `off` is overruled, which
 * would lose commits that were answered; any other value waits at least for this server's disk.
 */
export function sessionStatement(schema: string, { statementTimeoutMs = 0, idleInTransactionMs = 0 }: SessionLimits) {
  const settings = {
    ...SETTINGS,
    search_path: quoteIdentifier(schema),
    statement_timeout: String(Math.trunc(statementTimeoutMs)),
    idle_in_transaction_session_timeout: String(Math.trunc(idleInTransactionMs)),
  };
  const rows = Object.entries(settings).map(([name, value]) => `(${literal(name)}, ${literal(value)})`);
  rows.push(`('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' END)`);
  return `SELECT pg_catalog.set_config(s.name, s.value, false) FROM (VALUES ${rows.join(", ")}) AS s(name, value)
    WHERE s.value IS NOT NULL AND pg_catalog.current_setting(s.name, true) IS NOT NULL`;
}

/** Prepares a new connection to the database of a URL: nothing may be asked of it before. */
export async function prepareSession(client: pg.ClientBase, url: string, limits: SessionLimits = {}): Promise<void> {
  await client.query(sessionStatement(schemaOf(url), limits));
}

/** A name as SQL writes it. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** With backslashes doubled: `standard_conforming_strings` is one of the things not known yet. */
const literal = (text: string) => `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
