import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";

/** A real server in a process of its own, over a data folder of its own. */
export interface RunningServer {
  url: string;
  /** Signs in once. */
  loginUrl: string;
  key: string;
  port: number;
  dataDir: string;
  pid: number;
  /** Everything it has printed so far. */
  output: () => string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, wait for its end, and remove the data folder unless it is to be kept. */
  stop(options?: { keepData?: boolean }): Promise<void>;
}

export interface ServerOptions {
  /** Left out, the server takes a free one itself. */
  port?: number;
  dataDir?: string;
  env?: { [name: string]: string };
  /** Called with the process's id at once, for tests that end it while it starts. */
  onSpawn?: (pid: number) => void;
}

const KEY = "swy_e2e_0123456789abcdef0123456789abcdef";
const ROOT = path.resolve(import.meta.dirname, "..");
const START_TIMEOUT_MS = 240_000;

/** Starts `npm start`'s own script and resolves when the login link is printed. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? newDataDir();
  const child = spawn(process.execPath, ["server/start.mjs"], {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(options.port ?? 0),
      HOST: "127.0.0.1",
      SWITCHYARD_DATA_DIR: dataDir,
      SWITCHYARD_BOOTSTRAP_KEY: KEY,
      LOG_LEVEL: "warn",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  const loginUrl = await printedLink(child, () => output);
  const { origin, port } = new URL(loginUrl);
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  return {
    url: origin,
    loginUrl,
    key: KEY,
    port: Number(port),
    dataDir,
    pid: child.pid as number,
    output: () => output,
    kill,
    async stop({ keepData = false } = {}) {
      await kill("SIGTERM");
      if (!keepData) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function printedLink(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const link = /Open (http\S+\/login\?token=\S+)/.exec(output())?.[1];
    if (link) return link;
    const end = child.signalCode ?? child.exitCode;
    if (end !== null) throw new Error(`the server ended with ${end}:\n${output()}`);
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`no login link after ${START_TIMEOUT_MS} ms:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * As root, Postgres runs as somebody else: a folder that it may pass through is removed with its
 * database in it.
 */
function newDataDir(): string {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "switchyard-e2e-"));
  chmodSync(dataDir, 0o711);
  return dataDir;
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
