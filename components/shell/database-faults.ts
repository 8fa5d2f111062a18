import type { DatabaseReason } from "../../domain/kernel/live.ts";

/**
 * What is wrong with the server's database, as the beginning of a sentence that "since 12:00" may
 * end.
 */
export const DATABASE_FAULTS: Readonly<Record<DatabaseReason, string>> = {
  unreachable: "The database is away",
  read_only: "The database takes no writes",
  full: "The database has had no room left on its disk",
  busy: "The database has been too busy for writes",
  pooled: "A connection pooler has mixed up the database's sessions",
  schema: "The database's schema has not fitted this server",
  privileges: "The database has refused this server a privilege",
  failing: "The database has been failing",
};

/** The same in two words. */
export const DATABASE_LABELS: Readonly<Record<DatabaseReason, string>> = {
  unreachable: "Database away",
  read_only: "Database read-only",
  full: "Database full",
  busy: "Database busy",
  pooled: "Database pooled",
  schema: "Database schema",
  privileges: "Database refuses",
  failing: "Database failing",
};

const BY_ITSELF = "It goes on by itself as soon as the database is back.";

/** What ends it. */
export const DATABASE_WAYS_OUT: Readonly<Record<DatabaseReason, string>> = {
  unreachable: BY_ITSELF,
  read_only: "It goes on by itself as soon as the database takes writes again.",
  full: "It goes on by itself as soon as there is room.",
  busy: BY_ITSELF,
  pooled: "The pooler must pool sessions, or DATABASE_URL must lead past it.",
  schema: "Run the version of the server that the schema was made for.",
  privileges: "The server's log names what its role lacks.",
  failing: "The server's log names the cause.",
};
