import net from "node:net";

/** What a proxy does with a connection when it sees the text it waits for. */
export type Cut = "before it arrives" | "after it has run";

export interface PgProxy {
  /** The same database, through the proxy. */
  url: string;
  /**
   * Cuts the connection of the next message that contains `text`: before Postgres sees it, or when
   * Postgres has answered it.
   */
  cutNext(text: string, when: Cut): void;
  /** How many connections were cut so far. */
  readonly cuts: number;
  /** While true no connection gets through and open ones are cut: the database is away. */
  setAway(away: boolean): void;
  /**
   * While true nothing gets through in either direction, and no connection is closed: the network
   * has lost the way.
   */
  setSilent(silent: boolean): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of Postgres that can lose a connection at a chosen moment. */
export async function createPgProxy(target: string): Promise<PgProxy> {
  const { hostname, port, searchParams } = new URL(target);
  const host = searchParams.get("host") ?? hostname;
  const upstreamAt = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port: Number(port) };
  const sockets = new Set<net.Socket>();
  let plan: { text: string; when: Cut } | undefined;
  let cuts = 0;
  let away = false;
  let silent = false;

  const server = net.createServer((client) => {
    if (away) return client.destroy();
    const upstream = net.connect(upstreamAt);
    let doomed = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on("data", (chunk) => {
      if (silent) return;
      if (plan && chunk.includes(plan.text)) {
        const { when } = plan;
        plan = undefined;
        cuts += 1;
        if (when === "before it arrives") return end();
        doomed = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      // ReadyForQuery ends every answer: by then the statement is committed.
      if (doomed && chunk.includes("Z")) return end();
      if (!doomed && !silent) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as net.AddressInfo;
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  url.searchParams.delete("host");

  return {
    url: url.toString(),
    cutNext(text, when) {
      plan = { text, when };
    },
    get cuts() {
      return cuts;
    },
    setAway(value) {
      away = value;
      if (away) for (const socket of sockets) socket.destroy();
    },
    setSilent(value) {
      silent = value;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
