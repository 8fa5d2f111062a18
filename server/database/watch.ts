import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect } from "./connect.ts";
import type { Reason } from "./faults.ts";
import { backendOf, ownsItsSession } from "./session-owner.ts";

export interface WatchOptions {
  /** How often it asks, ms. A connection that is lost is noticed at once, without asking. */
  everyMs?: number;
  /** How long an answer may take, ms: then the connection counts as lost. */
  withinMs?: number;
  /** How long it waits between two tries to connect, ms. */
  retryMs?: number;
  /** How long a refused write counts when no other is tried, ms. */
  suspectMs?: number;
  /** Why it cannot be reached, where somebody knows more than that it cannot. */
  knownReason?: () => Reason | null;
}

/**
 * Whether the database does its work, found out on a connection of its own: the pool's may all be
 * busy.
 */
export interface DatabaseWatch {
  /** Why it does not; null when it does. */
  readonly reason: Reason | null;
  readonly away: boolean;
  /** Calls back on every change; returns how to stop. */
  onChange(listener: (reason: Reason | null) => void): () => void;
  /** A write was refused for a reason that is not its data. */
  suspect(reason: Reason): void;
  /** A write has succeeded. */
  trust(): void;
  close(): Promise<void>;
}

/**
 * What is asked again and again: whether there is an answer, from whom, and whether a write would
 * be taken.
 */
const STANDING = `SELECT /* watch */ pg_catalog.pg_backend_pid() AS "backend", current_setting('transaction_read_only') = 'on' AS "readOnly"`;
/** Takes up 2 MB of the disk for a moment. */
const TAKES_ROOM = `BEGIN; CREATE TEMP TABLE switchyard_room ON COMMIT DROP AS
  SELECT md5(n::text || random()::text) || md5(random()::text) AS filling FROM generate_series(1, 25000) AS n; COMMIT`;

/**
 * Watches the database of a URL that answers now. *Connected* until the connection ends or an
 * answer is late; then *connecting*: if that works nothing has happened (one session was ended),
 * else the database is `unreachable` until a connection is made.
 *
 * Connected, it may be `read_only`: then the connection is given up for a new one each time,
 * because another server may take the place at that address. Or `pooled`: another session answers
 * than before; that lasts until a connection is its own again. What only writers can see they say
 * (`suspect`); it counts until a write succeeds, or until none has been refused for a while and, of
 * a full disk, there is room again. Never throws.
 */
export function watchDatabase(url: string, options: WatchOptions = {}): DatabaseWatch {
  const { everyMs = 2_000, withinMs = 3_000, retryMs = 100, suspectMs = 15_000, knownReason = () => null } = options;
  const listeners = new Set<(reason: Reason | null) => void>();
  const closing = new AbortController();
  let found: Reason | null = null;
  let suspected: { reason: Reason; at: number } | null = null;
  let last: Reason | null = null;
  /** Makes it ask at once. */
  let nudge = () => {};

  const update = () => {
    const reason = (found === "unreachable" && knownReason()) || (found ?? suspected?.reason ?? null);
    if (reason === last || closing.signal.aborted) return;
    last = reason;
    for (const listener of listeners) listener(reason);
  };
  const find = (reason: Reason | null) => {
    found = reason;
    update();
  };
  const pause = (ms: number) => delay(ms, undefined, { signal: closing.signal, ref: false }).catch(() => {});

  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      let client: pg.Client | undefined;
      try {
        if (found === "pooled" && !(await ownsItsSession(url))) {
          await pause(everyMs);
          continue;
        }
        client = await connect(url, {
          name: "switchyard watch",
          connectTimeoutMs: withinMs,
          answerWithinMs: withinMs,
        });
        await hold(client);
      } catch {
        find("unreachable");
        await pause(retryMs);
      }
      // Not waited for: one that does not answer does not say goodbye either.
      client?.end().catch(() => {});
    }
  };

  /** Stays with a connection until it is lost or worth nothing. */
  const hold = async (client: pg.Client): Promise<void> => {
    let over = false;
    const ended = new Promise<void>((resolve) => client.once("end", resolve).once("error", () => resolve())).then(
      () => {
        over = true;
      },
    );
    const backend = await backendOf(client);
    while (!over && !closing.signal.aborted) {
      const standing = await client.query<{ backend: number; readOnly: boolean }>(STANDING).then(
        ({ rows: [row] }) => row,
        () => undefined,
      );
      if (!standing) return;
      if (standing.backend !== backend) return find("pooled");
      find(standing.readOnly ? "read_only" : null);
      if (standing.readOnly) return await pause(everyMs / 4);
      await endSuspicion(client);
      await Promise.race([ended, pause(everyMs), new Promise<void>((resolve) => (nudge = resolve))]);
    }
  };

  const endSuspicion = async (client: pg.Client): Promise<void> => {
    const suspicion = suspected;
    if (!suspicion || performance.now() - suspicion.at < suspectMs) return;
    if (suspicion.reason === "full" && !(await hasRoom(client))) suspicion.at = performance.now();
    else if (suspected === suspicion) suspected = null;
    update();
  };

  const watching = watch();
  return {
    get reason() {
      return last;
    },
    get away() {
      return last !== null;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    suspect(reason) {
      // Who cannot get through may only have lost a connection: what the watch finds counts.
      if (reason !== "unreachable") suspected = { reason, at: performance.now() };
      update();
      nudge();
    },
    trust() {
      if (!suspected) return;
      suspected = null;
      update();
    },
    async close() {
      closing.abort();
      nudge();
      await watching;
    },
  };
}

async function hasRoom(client: pg.Client): Promise<boolean> {
  try {
    await client.query(TAKES_ROOM);
    return true;
  } catch (error) {
    await client.query("ROLLBACK");
    // Who may make no temporary tables cannot find out this way.
    return (error as { code?: unknown }).code === "42501";
  }
}
