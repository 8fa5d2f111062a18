import pg from "pg";
import { prepareSession, type SessionLimits } from "./session.ts";

export interface ConnectOptions extends SessionLimits {
  /** What Postgres lists the connection under. */
  name: string;
  /** How long connecting may take, ms. Default: as long as it takes. */
  connectTimeoutMs?: number;
  /** How long an answer is waited for, ms. Default: as long as it takes. */
  answerWithinMs?: number;
}

/**
 * Opens one connection outside the pool, prepared like all others. A connection that is lost later
 * says so by `end`; its `error` events are taken care of. Throws what the driver throws.
 */
export async function connect(url: string, options: ConnectOptions): Promise<pg.Client> {
  const { name, connectTimeoutMs, answerWithinMs, ...limits } = options;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerWithinMs,
    keepAlive: true,
    application_name: name,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await prepareSession(client, url, limits);
    return client;
  } catch (error) {
    // Not waited for: one that does not answer does not say goodbye either.
    client.end().catch(() => {});
    throw error;
  }
}
