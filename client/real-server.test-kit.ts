import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "../server/testing/database.ts";
import { createClient } from "./client.ts";
import { type Served, serveReal } from "./serve-real.test-kit.ts";
import type { Client } from "./types.ts";
import type { Connection } from "./worker/connection.ts";

export interface RealServer extends Connection {
  client: Client;
  /** What it is started with: another one can be started beside it, with a folder of its own. */
  env: { DATABASE_URL: string; SWITCHYARD_DATA_DIR: string; SWITCHYARD_BOOTSTRAP_KEY: string };
  /** Stops it as SIGTERM would; it can be started again on the same port and data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What retention does: the log is kept from the position behind this one on. */
  dropEventsUpTo(seq: number): Promise<void>;
  close(): Promise<void>;
}

export interface ServerProcess extends RealServer {
  /** Ends it as a crash would, in the middle of whatever it does. */
  kill(): Promise<void>;
}

const KEY = "sy_integration-tests-only";

/**
 * The whole real server over a database of its own, on a free port, with pages drawn as plain text
 * instead of by Next.
 */
export async function startRealServer(): Promise<RealServer> {
  let served: Served | undefined;
  return withDatabase({
    async start(env) {
      served = await serveReal(env);
      return served.port;
    },
    async stop() {
      await served?.close();
      served = undefined;
    },
  });
}

/** The same as a process of its own, so that it can be killed. */
export async function startServerProcess(): Promise<ServerProcess> {
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill(signal);
    await gone;
  };
  const server = await withDatabase({
    async start(env) {
      const program = fileURLToPath(new URL("./serve-real.main.test-kit.ts", import.meta.url));
      const started = spawn(process.execPath, ["--import", "tsx", program], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      child = started;
      for await (const line of createInterface({ input: started.stdout })) return Number(line);
      throw new Error("the server process ended before it listened");
    },
    stop: () => end("SIGTERM"),
  });
  return { ...server, kill: () => end("SIGKILL") };
}

interface Way {
  /** Answers the port. */
  start(env: { [name: string]: string }): Promise<number>;
  stop(): Promise<void>;
}

async function withDatabase(way: Way): Promise<RealServer> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-client-"));
  const env = { DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: dataDir, SWITCHYARD_BOOTSTRAP_KEY: KEY };
  let port = 0;
  const start = async () => {
    port = await way.start({ ...env, PORT: String(port) });
  };
  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    key: KEY,
    env,
    client: createClient({ url, key: KEY }),
    start,
    stop: way.stop,
    async dropEventsUpTo(seq) {
      await database.pool.query('UPDATE "LogHead" SET "floor" = $1', [seq]);
      await database.pool.query('DELETE FROM "Event" WHERE "seq" <= $1', [seq]);
    },
    async close() {
      await way.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
