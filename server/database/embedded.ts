import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "./connect.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { StartupError } from "./errors.ts";
import { endProcess, isPostgresOf } from "./processes.ts";

/** Name of the database and of its owner. */
const NAME = "switchyard";
const READY_TIMEOUT_MS = 120_000;
const LARGEST_LOG = 8 * 1024 * 1024;

// Fast shutdown first; then immediate, which the next start repairs from the write-ahead log.
const STOP_STEPS = [
  { signal: "SIGINT", waitMs: 2_000 },
  { signal: "SIGQUIT", waitMs: 700 },
  { signal: "SIGKILL", waitMs: 300 },
] satisfies { signal: NodeJS.Signals; waitMs: number }[];

export interface EmbeddedOptions {
  /** False lets a crash of the machine lose data, for tests. Default true. */
  durable?: boolean;
  /** Told if Postgres ends without `stop`. */
  onUnexpectedExit?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** Connection URL of the application's database, password included. */
  url: string;
  pid: number;
  /** Ends Postgres, within 3 s whatever it does, and frees the data folder. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of a data folder, making the folder and its database if there is none.
 * Postgres is a session of its own, so the terminal's Ctrl-C does not reach it before the server has drained. If this
 * process is killed, Postgres stays; the next start on the folder ends it and goes on with its data.
 * Throws StartupError if the folder is in use or unusable, or Postgres does not start.
 */
export async function startEmbedded(dataFolder: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const durable = options.durable ?? true;
  const folder = await openDataFolder(dataFolder, durable);
  try {
    await endOrphan(folder.database);
    const listen = await chooseListen(folder);
    const child = launch(folder, listen, durable);
    const pid = child.pid;
    if (pid === undefined) throw new StartupError("embedded_failed", `cannot run ${folder.runtime.postgres}`);
    const killOnExit = () => void trySignal(pid, "SIGINT");
    process.on("exit", killOnExit);
    try {
      await whenReady(child, pid, folder);
      const url = await ensureDatabase(folder, listen);
      return running(child, pid, url, folder, options, killOnExit);
    } catch (error) {
      process.off("exit", killOnExit);
      await endProcess(pid, STOP_STEPS);
      throw error;
    }
  } catch (error) {
    folder.close();
    throw error;
  }
}

function running(
  child: ChildProcess,
  pid: number,
  url: string,
  folder: DataFolder,
  options: EmbeddedOptions,
  killOnExit: () => void,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await endProcess(pid, STOP_STEPS);
    process.off("exit", killOnExit);
    folder.close();
  };
  child.on("exit", (code, signal) => {
    if (!stopping) options.onUnexpectedExit?.(`Postgres ended (${signal ?? `code ${code}`}): ${lastWords(folder.log)}`);
  });
  // The server's own handles keep the process alive; this child must not.
  child.unref();
  return {
    url,
    pid,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

interface Listen {
  /** Folder of the unix socket, or a loopback address. */
  host: string;
  port: number;
  args: string[];
}

// A unix socket needs no free port and no other user can connect to it. Windows has none, and a long path no room.
async function chooseListen(folder: DataFolder): Promise<Listen> {
  if (process.platform === "win32") {
    const port = await freePort();
    return { host: "127.0.0.1", port, args: ["-c", "listen_addresses=127.0.0.1", "-p", String(port)] };
  }
  const host = folder.makeSocketFolder();
  return {
    host,
    port: 5432,
    args: ["-c", "listen_addresses=", "-k", host, "-c", "unix_socket_permissions=0700", "-p", "5432"],
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 5432;
}

/** Settings live here and not in the data directory, so that they change with the code. */
function settings(durable: boolean): string[] {
  const values: Record<string, string> = {
    shared_buffers: "256MB",
    max_connections: "100",
    effective_cache_size: "1GB",
    work_mem: "16MB",
    maintenance_work_mem: "128MB",
    wal_compression: "on",
    max_wal_size: "2GB",
    min_wal_size: "128MB",
    checkpoint_timeout: "15min",
    random_page_cost: "1.1",
    // Statements here are short; compiling them costs more than it saves.
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    log_line_prefix: "%m [%p] ",
    log_checkpoints: "off",
    fsync: durable ? "on" : "off",
    synchronous_commit: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function launch(folder: DataFolder, listen: Listen, durable: boolean): ChildProcess {
  if (statSync(folder.log).size > LARGEST_LOG) truncateSync(folder.log);
  const log = openSync(folder.log, "a");
  try {
    const child = spawn(folder.runtime.postgres, ["-D", folder.database, ...listen.args, ...settings(durable)], {
      ...folder.account,
      cwd: folder.database,
      detached: true,
      stdio: ["ignore", log, log],
      env: cleanEnvironment(),
    });
    child.on("error", () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

/** No PG* variable of the caller may change where Postgres looks or listens. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return { NODE_ENV: "production", LC_ALL: "C", TZ: "UTC" };
}

async function whenReady(child: ChildProcess, pid: number, folder: DataFolder): Promise<void> {
  let ended = false;
  child.once("exit", () => {
    ended = true;
  });
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (ended) break;
    const [first, ...rest] = readPidFile(folder.database);
    // The last line of the file turns to "ready" when connections are accepted.
    if (Number(first) === pid && rest.some((line) => line.trim() === "ready")) return;
    await delay(10);
  }
  throw new StartupError("embedded_failed", `Postgres did not start: ${lastWords(folder.log)} (see ${folder.log})`);
}

function readPidFile(database: string): string[] {
  try {
    return readFileSync(path.join(database, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

/** The Postgres of a server that was killed: ended, so that ours runs with this code's settings, as our child. */
async function endOrphan(database: string): Promise<void> {
  const pid = Number(readPidFile(database)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isPostgresOf(pid, database)) await endProcess(pid, STOP_STEPS);
  // Left by a crash. Postgres would refuse to start if another process has that id now.
  if (!isPostgresOf(pid, database)) rmSync(path.join(database, "postmaster.pid"), { force: true });
}

async function ensureDatabase(folder: DataFolder, listen: Listen): Promise<string> {
  const urlOf = (database: string) => {
    const url = new URL(`postgresql://${NAME}:${folder.password()}@localhost:${listen.port}/${database}`);
    url.searchParams.set("host", listen.host);
    return url.toString();
  };
  const client = await connect(urlOf("postgres"), { name: "switchyard-start" });
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
  } finally {
    await client.end();
  }
  return urlOf(NAME);
}

function lastWords(log: string): string {
  try {
    const lines = readFileSync(log, "utf8").trim().split("\n");
    return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? "it said nothing";
  } catch {
    return "it said nothing";
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
