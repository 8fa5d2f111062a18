import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect } from "./connect.ts";

export interface WatchOptions {
  /** How often it asks, ms. A connection that is lost is noticed at once, without asking. */
  everyMs?: number;
  /** How long an answer may take, ms: then the connection counts as lost. */
  withinMs?: number;
  /** How long it waits between two tries to connect, ms. */
  retryMs?: number;
}

/** Whether the database answers, from a connection of its own: the pool's may all be busy. */
export interface DatabaseWatch {
  readonly away: boolean;
  /** Told of every change; returns how to stop. */
  onChange(listener: (away: boolean) => void): () => void;
  close(): Promise<void>;
}

/**
 * Watches the database of a URL that answers now. *Connected* until the connection ends or an answer is late; then *connecting*: if that works
 * nothing has happened (one session was ended), else the database is *away* until a connection is made. Never throws.
 */
export function watchDatabase(url: string, options: WatchOptions = {}): DatabaseWatch {
  const { everyMs = 2_000, withinMs = 3_000, retryMs = 100 } = options;
  const listeners = new Set<(away: boolean) => void>();
  const closing = new AbortController();
  let away = false;

  const tell = (now: boolean) => {
    if (now === away || closing.signal.aborted) return;
    away = now;
    for (const listener of listeners) listener(away);
  };
  const pause = (ms: number) => delay(ms, undefined, { signal: closing.signal, ref: false }).catch(() => {});

  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const client = await connect(url, {
          name: "switchyard watch",
          connectTimeoutMs: withinMs,
          answerWithinMs: withinMs,
        });
        const lost = new Promise<void>((resolve) => client.once("end", resolve).on("error", () => resolve()));
        tell(false);
        await hold(client, lost);
        // Not waited for: one that does not answer does not say goodbye either.
        client.end().catch(() => {});
      } catch {
        tell(true);
        await pause(retryMs);
      }
    }
  };

  /** Stays with a connection until it is lost. */
  const hold = async (client: pg.Client, lost: Promise<void>): Promise<void> => {
    let over = false;
    const ended = lost.then(() => {
      over = true;
    });
    while (!over && !closing.signal.aborted) {
      await Promise.race([ended, pause(everyMs)]);
      if (over || closing.signal.aborted) return;
      await client.query("SELECT 1").catch(() => {
        over = true;
      });
    }
  };

  const watching = watch();
  return {
    get away() {
      return away;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      await watching;
    },
  };
}
