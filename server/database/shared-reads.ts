import type pg from "pg";
import { type Caller, currentCaller } from "./caller.ts";
import { FairShare, NoPlace, type ShareLimits } from "./fair-share.ts";
import { ofBoundedSize } from "./result-size.ts";

export interface SharedReadsOptions {
  limits: ShareLimits;
  /**
   * Where the cancelling of a statement is asked for: not the pool itself, whose connections may
   * all be busy.
   */
  canceller: Pick<pg.Pool, "query">;
}

/** What readers wait for, and what became of them. */
export interface ReadFigures {
  running: number;
  waiting: number;
  refused: number;
  cancelled: number;
}

/**
 * Postgres' words for a statement that was ended before its time: by its time-out, or because
 * somebody asked for it.
 */
const QUERY_CANCELED = "57014";

/**
 * Makes a pool one whose connections are shared fairly by those on whose behalf is read (`runAs`).
 * Who asks waits for a place first, see FairShare, and rejects with NoPlace without one. A
 * statement whose caller has gone is cancelled, and its place is taken until Postgres has let go of
 * it: who asks and hangs up a thousand times still holds no more places than anybody else. One
 * whose rows are too large is given up, see `result-size.ts`.
 *
 * Prisma's client over the pool is bound by it as well: it asks for connections by `query` and
 * `connect`.
 */
export function shareReads(pool: pg.Pool, { limits, canceller }: SharedReadsOptions): () => ReadFigures {
  const share = new FairShare(limits);
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  let refused = 0;
  let cancelled = 0;

  const enter = (caller: Caller) =>
    share.enter(caller).catch((error: unknown) => {
      refused += 1;
      throw error;
    });

  const cancel = async (client: pg.PoolClient) => {
    cancelled += 1;
    const { processID } = client as unknown as { processID: number | null };
    await canceller.query("SELECT pg_cancel_backend($1)", [processIds.get(client) ?? processID]).catch(() => {});
  };

  const query = async (...args: unknown[]): Promise<unknown> => {
    const caller = currentCaller();
    const leave = await enter(caller);
    try {
      const client = await connect();
      let cancelling: Promise<void> | undefined;
      const stop = () => {
        cancelling = cancel(client);
      };
      if (caller.signal?.aborted) {
        client.release();
        throw new NoPlace("gone");
      }
      caller.signal?.addEventListener("abort", stop, { once: true });
      let broken = true;
      try {
        const answer = await ofBoundedSize(client, () =>
          (client.query as (...args: unknown[]) => Promise<unknown>)(...args),
        );
        broken = false;
        return answer;
      } catch (error) {
        broken = (error as { code?: unknown }).code !== QUERY_CANCELED;
        throw error;
      } finally {
        caller.signal?.removeEventListener("abort", stop);
        // What is cancelled late must not hit who has the connection next.
        await cancelling;
        client.release(broken);
      }
    } finally {
      leave();
    }
  };

  const lend = async (): Promise<pg.PoolClient> => {
    const leave = await enter(currentCaller());
    try {
      const client = await connect();
      const release = client.release.bind(client);
      client.release = (error?: Error | boolean) => {
        client.release = release;
        release(error);
        leave();
      };
      return client;
    } catch (error) {
      leave();
      throw error;
    }
  };

  Object.assign(pool, { query, connect: lend });
  return () => ({ running: share.running, waiting: share.waiting, refused, cancelled });
}

const processIds = new WeakMap<pg.ClientBase, number>();

/** Asks a new connection for its process: a pooler in between makes up a number of its own. */
export async function noteProcess(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const [row] = rows;
  if (row) processIds.set(client, row.pid);
}
