import { statSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "./connect.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { boundLog, type PostgresProcess, startPostgres } from "./postgres-process.ts";

/** Name of the database and of its owner. */
const NAME = "switchyard";
/** Pauses before Postgres is started again after it ended by itself; the last one is repeated. */
const REVIVE_MS = [50, 250, 1_000, 2_000];
const LOG_LOOK_MS = 60_000;

export interface EmbeddedOptions {
  /** False lets a crash of the machine lose data, for tests. Default true. */
  durable?: boolean;
  /**
   * False leaves it at that when Postgres ends by itself. Default true: it is started again until
   * it runs.
   */
  revive?: boolean;
  /**
   * Called when Postgres has ended without `stop`, and again whenever a new start fails for another
   * reason than the one before.
   */
  onDown?: (reason: string) => void;
  /** Called when it runs again. */
  onUp?: () => void;
}

export interface EmbeddedPostgres {
  /**
   * Connection URL of the application's database, password included. It stays the same when
   * Postgres is started again.
   */
  url: string;
  /** The process that runs now, or ran last. */
  readonly pid: number;
  /**
   * Tells these files from a copy of them: a backup that is copied back is another database (see
   * `identity.ts`).
   */
  mark: string;
  /** The folder that the database's files lie in. */
  folder: string;
  /** Ends Postgres, within 3 s whatever it does, and frees the data folder. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of a data folder, making the folder and its database if there is none. If
 * Postgres ends by itself (a full disk, somebody's `kill`) it is started again, as often as it
 * takes. If this process is killed, Postgres stays; the next start on the folder ends it and goes
 * on with its data. Throws StartupError if the folder is in use or unusable, or Postgres does not
 * start.
 */
export async function startEmbedded(dataFolder: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const durable = options.durable ?? true;
  const folder = await openDataFolder(dataFolder, durable);
  try {
    const listen = await chooseListen(folder);
    const args = [...listen.args, ...settings(durable)];
    const first = await startPostgres(folder, args);
    try {
      const url = await ensureDatabase(folder, listen);
      return supervise(url, first, folder, args, options);
    } catch (error) {
      await first.stop();
      throw error;
    }
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Keeps Postgres running until `stop`. */
function supervise(
  url: string,
  first: PostgresProcess,
  folder: DataFolder,
  args: readonly string[],
  options: EmbeddedOptions,
): EmbeddedPostgres {
  const { revive = true, onDown = () => {}, onUp = () => {} } = options;
  const stopping = new AbortController();
  let running = first;

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const reason = await running.ended;
      if (stopping.signal.aborted) return;
      onDown(reason);
      if (!revive) return;
      const next = await startAgain(reason);
      if (!next) return;
      running = next;
      if (!stopping.signal.aborted) onUp();
    }
  };

  const startAgain = async (reason: string): Promise<PostgresProcess | undefined> => {
    let said = withoutNumbers(reason);
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      const pause = REVIVE_MS[Math.min(tries, REVIVE_MS.length - 1)];
      await delay(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return undefined;
      try {
        return await startPostgres(folder, args, stopping.signal);
      } catch (error) {
        const why = (error as Error).message;
        if (withoutNumbers(why) !== said) onDown(why);
        said = withoutNumbers(why);
      }
    }
    return undefined;
  };

  const looks = setInterval(() => boundLog(folder.log), LOG_LOOK_MS);
  looks.unref();
  const watching = watch();
  const end = async () => {
    stopping.abort();
    clearInterval(looks);
    await running.stop();
    await watching;
    // One that was starting when it had to stop.
    await running.stop();
    folder.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    get pid() {
      return running.pid;
    },
    mark: markOf(folder.database),
    folder: folder.database,
    stop: () => {
      stopped ??= end();
      return stopped;
    },
  };
}

/** A reason without its times and process ids, to compare with the one before. */
const withoutNumbers = (reason: string) => reason.replace(/[0-9]/g, "");

/** The file's number and the time it was made: a copy has others. */
function markOf(database: string): string {
  const { ino, birthtimeNs } = statSync(path.join(database, "PG_VERSION"), { bigint: true });
  return `${ino}.${birthtimeNs}`;
}

interface Listen {
  /** Folder of the unix socket, or a loopback address. */
  host: string;
  port: number;
  args: string[];
}

// A unix socket needs no free port and no other user can connect to it. Windows has none, and a
// long path no room.
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
