import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { compose } from "../server/compose.ts";
import { readConfig } from "../server/config.ts";

export interface Served {
  port: number;
  close(): Promise<void>;
}

/** Composes and opens the real server; `PORT` 0 is a free one. */
export async function serveReal(env: { [name: string]: string }): Promise<Served> {
  const config = readConfig(env);
  const server = await compose(config, {
    logger: pino({ level: "silent" }),
    draw: async (_request, response) => void response.end("page"),
  });
  await server.app.listen({ host: "127.0.0.1", port: config.port });
  server.started();
  return { port: (server.app.server.address() as AddressInfo).port, close: () => server.close() };
}
