import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connect } from "./connect.ts";

/**
 * After so long without a statement Postgres ends a session that is asked to: a moment for it,
 * nothing for who waits.
 */
const IDLE_MS = 50;
/** By then it has ended even where everything is slow. */
const ENDED_WITHIN_MS = 3_000;

/**
 * Whether a connection has a session of its own for as long as it lasts. Behind a connection pooler
 * in transaction or statement mode it has not: there what one statement sets, locks, prepares or
 * listens to is not there for the next.
 *
 * Straight to Postgres the session is the one that Postgres said it made when we connected. A
 * pooler makes up that answer; then a session is opened and asked to end when it idles. If that
 * ends our connection, the session was ours; if our connection goes on, it has others.
 */
export async function ownsItsSession(url: string): Promise<boolean> {
  const client = await connect(url, { name: "switchyard-start", connectTimeoutMs: 10_000, answerWithinMs: 10_000 });
  try {
    const session = await backendOf(client);
    if (session === (client as pg.Client & { processID?: number }).processID) return true;
    const ended = new Promise<true>((resolve) => client.once("end", () => resolve(true)));
    await client.query(`SET idle_session_timeout = ${IDLE_MS}`);
    await Promise.race([ended, delay(ENDED_WITHIN_MS)]);
    return await client.query("SELECT 1").then(
      () => false,
      () => true,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** The process of Postgres that answers on a connection. */
export async function backendOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}
