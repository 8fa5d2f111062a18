import type pg from "pg";
import { createDatabase, type Database, type DatabaseOptions, openPool } from "./client.ts";
import type { ShareLimits } from "./fair-share.ts";

/** How many connections each part of the server may open. */
export interface Split {
  /** Commits, and the doorbell between servers. */
  lane: number;
  /** The clock and the notifier. */
  clock: number;
  /** Rollups, retention, clean-up. */
  upkeep: number;
  /** Whose key or session it is. */
  auth: number;
  /** Everything that is read for a caller. */
  reads: number;
}

/** What is not for readers, and one connection that watches the database. */
const FIXED = { lane: 4, clock: 3, upkeep: 2, auth: 2 };
const WATCH = 1;
const LEAST_READS = 2;

/** The fewest connections with which every part has its own. */
export const LEAST_CONNECTIONS = Object.values(FIXED).reduce((sum, part) => sum + part, WATCH + LEAST_READS);

/** Divides a server's connections: what is left when all others have theirs is for readers. */
export function splitConnections(total: number): Split {
  return { ...FIXED, reads: total - LEAST_CONNECTIONS + LEAST_READS };
}

/**
 * How readers share their connections: no tenant has all of them, and no key or person all that
 * their tenant may have.
 */
export function readLimits(reads: number): ShareLimits {
  const perTenant = Math.max(1, reads - 1);
  return {
    total: reads,
    perTenant,
    perPrincipal: Math.max(1, perTenant - 1),
    waiting: 1_000,
    waitingPerPrincipal: 200,
    waitMs: 10_000,
  };
}

/** The connections of one server, each part's its own, so that none of them waits for another's. */
export interface Pools {
  lane: pg.Pool;
  clock: pg.Pool;
  upkeep: pg.Pool;
  auth: Database;
  reads: Database;
  /** Closes every connection for a new one, see `Connections`. */
  renew(): void;
  /** Waits for queries under way, then closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens the pools over a database's URL; each connects on first use. `options.max` is the total.
 */
export function openPools(url: string, total: number, options: Omit<DatabaseOptions, "max" | "share"> = {}): Pools {
  const split = splitConnections(total);
  const auth = createDatabase(url, { ...options, max: split.auth });
  const pools = (["lane", "clock", "upkeep"] as const).map((name) => openPool(url, { ...options, max: split[name] }));
  const [lane, clock, upkeep] = pools.map(({ pool }) => pool) as [pg.Pool, pg.Pool, pg.Pool];
  const share = { limits: readLimits(split.reads), canceller: clock };
  const reads = createDatabase(url, { ...options, max: split.reads, share });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([auth.close(), reads.close()]);
    await Promise.all(pools.map(({ pool }) => pool.end()));
  };
  return {
    lane,
    clock,
    upkeep,
    auth,
    reads,
    renew: () => {
      for (const { renew } of [...pools, auth, reads]) renew();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
