import { type AddressInfo, createServer, type Server } from "node:net";

/**
 * A TCP service on one port of this machine that really opens and really closes: what the demo's
 * probes find or do not find.
 */
export class Service {
  #server: Server | undefined;
  #port = 0;

  /** Picks a free port and leaves it closed. */
  static async reserve(): Promise<Service> {
    const service = new Service();
    await service.open();
    await service.close();
    return service;
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => socket.on("error", () => undefined).end());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
