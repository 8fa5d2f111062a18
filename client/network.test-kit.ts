import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Network {
  url: string;
  /**
   * From now on nothing gets through in either direction, and no end is signalled: a cable that was
   * pulled.
   */
  cut(): void;
  /** New connections get through again; those from before the cut are gone. */
  mend(): void;
  close(): Promise<void>;
}

/** A network of one cable between a client and a server, to be pulled in tests. */
export async function layCable(to: string): Promise<Network> {
  const { hostname, port } = new URL(to);
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => undefined);
      end.once("close", () => ends.delete(end));
    }
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk) => {
        if (!isCut) into.write(chunk);
      });
      from.once("close", () => {
        if (!isCut) into.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
    },
    mend() {
      for (const end of ends) end.destroy();
      isCut = false;
    },
    close() {
      for (const end of ends) end.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
