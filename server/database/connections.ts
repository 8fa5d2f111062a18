import type { EventEmitter } from "node:events";
import type pg from "pg";
import { isAboutData } from "./faults.ts";

/** What Postgres has refused on some connection, for a reason that is not the data. */
export interface Refusal {
  /** SQLSTATE. */
  code: string;
  message: string;
}

export interface Connections {
  /**
   * Closes every connection there is now: an idle one at once, one that is at work as soon as it is
   * given back. The pool makes new ones, which may lead to another server, or know another schema.
   */
  renew(): void;
}

/**
 * After these no connection made before is worth keeping: the server behind it takes no writes any
 * more (another one may stand at its address), its prepared statements belong to an older schema,
 * or a pooler hands us those of others.
 */
const RENEWS = /^(25006|0A000|26000|42P05)$/;

/**
 * Watches all connections of a pool: reports every refusal of Postgres that is not about data, for
 * any caller and however the error is handled there, and closes those that have become worthless.
 */
export function superviseConnections(pool: pg.Pool, onRefused: (refusal: Refusal) => void): Connections {
  const open = new Set<pg.PoolClient>();
  const idle = new Set<pg.PoolClient>();
  const worthless = new WeakSet<pg.PoolClient>();

  const close = (client: pg.PoolClient) => {
    // The pool lets go of an idle client that says it has failed, and of one that is given back
    // while it ends.
    if (idle.delete(client)) client.emit("error", new Error("the connection is given up for a new one"));
    else worthless.add(client);
  };
  const renew = () => {
    for (const client of open) close(client);
  };
  pool.on("connect", (client) => {
    open.add(client);
    // The driver has no event of its own for an error that a statement's caller gets.
    const { connection } = client as pg.PoolClient & { connection: EventEmitter };
    connection.on("errorMessage", ({ code, message }: { code?: string; message?: string }) => {
      if (!code || isAboutData(code)) return;
      if (RENEWS.test(code)) renew();
      onRefused({ code, message: message ?? "" });
    });
  });
  pool.on("acquire", (client) => void idle.delete(client));
  pool.on("release", (error, client) => {
    if (worthless.has(client)) void client.end();
    else if (!error) idle.add(client);
  });
  pool.on("remove", (client) => {
    open.delete(client);
    idle.delete(client);
  });
  return { renew };
}
