import type { EventEmitter } from "node:events";
import type pg from "pg";

/** Most bytes of one statement's rows. The largest single row has less. */
const MOST_BYTES = 16_777_216;

/**
 * A statement for a reader found more than fits into one answer; it was given up before all of it
 * was in memory.
 */
export class ResultTooLarge extends Error {
  override readonly name = "ResultTooLarge";

  constructor() {
    super("the rows that were asked for are too large for one answer");
  }
}

/**
 * The rows of a statement that is about to be sent on a connection, unless they are too large.
 * After a rejection with ResultTooLarge the connection must be closed: Postgres goes on sending
 * until then.
 */
export async function ofBoundedSize<T>(client: pg.PoolClient, send: () => Promise<T>, most = MOST_BYTES): Promise<T> {
  // The driver has no event of its own for what a row takes on the wire.
  const { connection } = client as pg.PoolClient & { connection: EventEmitter };
  let bytes = 0;
  let refuse = () => {};
  const tooLarge = new Promise<never>((_, reject) => {
    refuse = () => reject(new ResultTooLarge());
  });
  const count = ({ length }: { length: number }) => {
    bytes += length;
    if (bytes > most) refuse();
  };
  connection.on("dataRow", count);
  try {
    return await Promise.race([send(), tooLarge]);
  } finally {
    connection.off("dataRow", count);
  }
}

/** Whether an error, or what it wraps, is that a result was too large. */
export function isTooLarge(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && at instanceof Error; depth += 1) {
    if (at instanceof ResultTooLarge) return true;
    at = at.cause;
  }
  return false;
}

/**
 * Reads up to `limit` rows, fewer where so many are too large for one answer. Rejects with
 * ResultTooLarge when one alone is.
 */
export async function asManyAsFit<T>(limit: number, read: (limit: number) => Promise<T>): Promise<T> {
  for (let most = limit; ; most = Math.max(1, Math.floor(most / 4))) {
    try {
      return await read(most);
    } catch (error) {
      if (most <= 1 || !isTooLarge(error)) throw error;
    }
  }
}
