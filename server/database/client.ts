import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { type Connections, type Refusal, superviseConnections } from "./connections.ts";
import { PrismaClient } from "./generated/client.ts";
import { prepareSession } from "./session.ts";
import { noteProcess, type ReadFigures, type SharedReadsOptions, shareReads } from "./shared-reads.ts";
import { createStatementNamer } from "./statement-names.ts";
import { schemaOf } from "./url.ts";

export interface DatabaseOptions {
  /** Most connections this process opens. Default 10. */
  max?: number;
  /** How long a query waits for a free or new connection before it fails, ms. Default 5,000. */
  connectTimeoutMs?: number;
  /**
   * Most time one statement may take, ms. Default 5,000. Postgres cancels it then; one that does
   * not even say so is given up a second later.
   */
  statementTimeoutMs?: number;
  /** Called for every lost connection; the pool replaces it by itself. */
  onConnectionLost?: (error: Error) => void;
  /** Called for every refusal of Postgres that is not about data. */
  onRefused?: (refusal: Refusal) => void;
  /**
   * For connections that many read with: each gets a fair share, see `shareReads`. Left out: first
   * come, first served.
   */
  share?: SharedReadsOptions;
}

export interface Database {
  /** Unscoped client. Reads on behalf of someone go through `forTenant`. */
  prisma: PrismaClient;
  /** The pool under `prisma`, for statements that need their own name or transaction. */
  pool: pg.Pool;
  /**
   * Closes every connection for a new one: what is behind them may be another server than at the
   * database's address now.
   */
  renew(): void;
  /** What readers wait for, where connections are shared. */
  reads: () => ReadFigures;
  /** Waits for queries under way, then closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

/** How much longer than a statement may take its answer is waited for. */
const SILENCE_MS = 1_000;
const NO_READS: ReadFigures = { running: 0, waiting: 0, refused: 0, cancelled: 0 };

/** A pool, and the way to close every connection of it for a new one. */
export interface Connected extends Connections {
  pool: pg.Pool;
}

/**
 * Opens a connection pool. It connects on first use, so it never throws for an unreachable
 * database; the first query does.
 */
export function openPool(url: string, options: Omit<DatabaseOptions, "share"> = {}): Connected {
  return poolOf(url, options, async () => {});
}

/** Opens one connection pool, like `openPool`, with a Prisma client over it. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { share } = options;
  const { pool, renew } = poolOf(url, options, share ? prepareReader : async () => {});
  const reads = share ? shareReads(pool, share) : () => NO_READS;

  const nameOf = createStatementNamer();
  const adapter = new PrismaPg(pool, { schema: schemaOf(url), statementNameGenerator: ({ sql }) => nameOf(sql) });
  const prisma = new PrismaClient({ adapter });

  let closing: Promise<void> | undefined;
  const close = async () => {
    await prisma.$disconnect();
    await pool.end();
  };
  return {
    prisma,
    pool,
    renew,
    reads,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function poolOf(url: string, options: DatabaseOptions, prepare: (client: pg.ClientBase) => Promise<void>): Connected {
  const statementTimeoutMs = options.statementTimeoutMs ?? 5_000;
  const onConnectionLost = options.onConnectionLost ?? (() => {});
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    // A database that is cut off says nothing at all; without this its callers would wait as long
    // as TCP does.
    query_timeout: statementTimeoutMs + SILENCE_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: "switchyard",
    onConnect: async (client) => {
      await prepareSession(client, url, { statementTimeoutMs, idleInTransactionMs: 2_000 });
      await prepare(client);
    },
  });
  // Without listeners a connection that dies, idle or lent out, would be an uncaught 'error' event.
  pool.on("error", onConnectionLost);
  pool.on("connect", (client) => client.on("error", onConnectionLost));
  return { pool, ...superviseConnections(pool, options.onRefused ?? (() => {})) };
}

/**
 * A connection that statements are cancelled on; where the platform can, Postgres ends them as well
 * when this process is no more.
 */
async function prepareReader(client: pg.ClientBase): Promise<void> {
  await noteProcess(client);
  await client.query("SET client_connection_check_interval = 1000").catch(() => {});
}
