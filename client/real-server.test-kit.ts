import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Composed, compose } from "../server/compose.ts";
import { readConfig } from "../server/config.ts";
import { createTestDatabase } from "../server/testing/database.ts";
import { createClient } from "./client.ts";
import type { Client } from "./types.ts";
import type { Connection } from "./worker/connection.ts";

export interface RealServer extends Connection {
  client: Client;
  /** Stops it as SIGTERM would; it can be started again on the same port and data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What retention does: the log is kept from the position behind this one on. */
  dropEventsUpTo(seq: number): Promise<void>;
  close(): Promise<void>;
}

const KEY = "sy_integration-tests-only";

/** The whole real server over a database of its own, on a free port, with pages drawn as plain text instead of by Next. */
export async function startRealServer(): Promise<RealServer> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-client-"));
  const config = readConfig({
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: dataDir,
    SWITCHYARD_BOOTSTRAP_KEY: KEY,
    PORT: "0",
  });
  let server: Composed | undefined;
  let port = 0;

  const start = async () => {
    server = await compose(config, {
      logger: pino({ level: "silent" }),
      onFatal: (reason) => {
        throw new Error(reason);
      },
      draw: async (_request, response) => void response.end("page"),
    });
    await server.app.listen({ host: "127.0.0.1", port });
    port = (server.app.server.address() as AddressInfo).port;
    server.started();
  };
  const stop = async () => {
    await server?.close();
    server = undefined;
  };
  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    key: KEY,
    client: createClient({ url, key: KEY }),
    start,
    stop,
    async dropEventsUpTo(seq) {
      await database.pool.query('UPDATE "LogHead" SET "floor" = $1', [seq]);
      await database.pool.query('DELETE FROM "Event" WHERE "seq" <= $1', [seq]);
    },
    async close() {
      await stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
