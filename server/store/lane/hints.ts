import { randomBytes } from "node:crypto";
import type pg from "pg";

const CHANNEL = "switchyard_log";
/**
 * Least time between notifications of one node, ms: NOTIFY serialises the commits of a whole
 * cluster, so it is not sent for each.
 */
const QUIET_MS = 20;

const LISTEN_AGAIN_MS = 500;

/**
 * Wake-ups between nodes: after a batch, one NOTIFY outside its statement asks the others to read
 * the log. It carries no data and may be lost; receivers also poll from time to time.
 */
export function createHints(pool: pg.Pool, onRing: (tenantId: string) => void) {
  const node = randomBytes(6).toString("hex");
  const due = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let listener: Promise<pg.PoolClient | undefined> | undefined;
  let closed = false;

  const send = () => {
    timer = undefined;
    for (const tenantId of due) {
      due.delete(tenantId);
      // A lost notification is harmless: the others poll.
      pool.query("SELECT pg_notify($1, $2)", [CHANNEL, `${node} ${tenantId}`]).catch(() => {});
    }
  };

  const connect = async (): Promise<pg.PoolClient | undefined> => {
    let client: pg.PoolClient | undefined;
    const lost = () => {
      client?.release(true);
      client = undefined;
      listener = undefined;
      if (!closed) setTimeout(() => !closed && listen(), LISTEN_AGAIN_MS).unref();
    };
    try {
      client = await pool.connect();
      client.on("error", lost);
      client.on("notification", ({ payload }) => {
        const [from, tenantId] = (payload ?? "").split(" ", 2);
        if (tenantId && from !== node) onRing(tenantId);
      });
      await client.query(`LISTEN ${CHANNEL}`);
      return client;
    } catch {
      lost();
      return undefined;
    }
  };

  /** Starts listening, once. */
  const listen = () => {
    if (!closed) listener ??= connect();
  };

  return {
    listen,
    /** Notifies the other nodes that this tenant's log has moved. */
    ring(tenantId: string): void {
      due.add(tenantId);
      if (!closed) timer ??= setTimeout(send, QUIET_MS).unref();
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      const client = await listener;
      client?.removeAllListeners("notification");
      // The client is back in the pool: ignore its errors from now on.
      client?.removeAllListeners("error").on("error", () => {});
      client?.release(true);
    },
  };
}
