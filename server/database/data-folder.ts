import { spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Account, chooseAccount, mayEnter } from "./account.ts";
import { StartupError } from "./errors.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { makeFolder, makeSharedRoot, SHARED_ROOT } from "./folders.ts";
import { findRuntime, type Runtime } from "./runtime.ts";

/** A data folder this process holds the lock of, with an initialised database directory. */
export interface DataFolder {
  account: Account | undefined;
  runtime: Runtime;
  /** Postgres' own data directory. */
  database: string;
  log: string;
  password(): string;
  /** A new, empty folder for the socket that only Postgres' account and root may enter. */
  makeSocketFolder(): string;
  close(): void;
}

/**
 * `postgres.json` in the data folder. `home` is where the database lies: "postgres" beside it, or
 * an absolute path named after `id` under SHARED_ROOT. A data folder that is deleted takes its id
 * with it, so a new one never finds old files.
 */
interface Record {
  id: string;
  home: string;
  initialised: boolean;
}

/**
 * Locks a data folder and makes its database directory if there is none yet; not `durable`, a crash
 * of the machine may lose what was made. Throws StartupError if it is in use, cannot be written, or
 * has lost its database.
 */
export async function openDataFolder(folder: string, durable: boolean): Promise<DataFolder> {
  const root = makeRoot(folder);
  const lock = await lockIn(root);
  try {
    return open(root, lock, durable);
  } catch (error) {
    lock.release();
    if (error instanceof StartupError) throw error;
    throw new StartupError("folder_unusable", `cannot use the data folder ${root}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function makeRoot(folder: string): string {
  try {
    // As root, Postgres runs as somebody else, who must be able to pass through.
    makeFolder(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
    return realpathSync(folder);
  } catch (error) {
    throw new StartupError(
      "folder_unusable",
      `cannot make the data folder ${path.resolve(folder)}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function lockIn(root: string): Promise<FolderLock> {
  try {
    return await lockFolder(root);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError("folder_unusable", `cannot write to the data folder ${root}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function open(root: string, lock: FolderLock, durable: boolean): DataFolder {
  const recordFile = path.join(root, "postgres.json");
  const record = existsSync(recordFile)
    ? (JSON.parse(readFileSync(recordFile, "utf8")) as Record)
    : newRecord(root, recordFile);
  const home = path.resolve(root, record.home);
  const database = path.join(home, "data");
  const account = chooseAccount(database);
  const runtime = findRuntime(account);
  const initialised = existsSync(path.join(database, "PG_VERSION"));
  if (record.initialised && !initialised) {
    throw new StartupError(
      "database_missing",
      `the database of the data folder ${root} is gone from ${home}; bring it back, or delete ${root} to start afresh`,
    );
  }
  if (!initialised) initialise({ home, database, account, runtime, durable });
  if (!record.initialised) writeRecord(recordFile, { ...record, initialised: true });
  requireEntry(account, database);
  const log = path.join(home, "postgres.log");
  writeFileSync(log, "", { flag: "a", mode: 0o600 });
  // For people who find this folder, written at each start: the data folder may have been moved.
  const origin = path.join(home, "origin");
  writeFileSync(origin, `${root}\n`, { mode: 0o600 });
  giveTo(account, log, origin);
  let socketFolder: string | undefined;
  return {
    account,
    runtime,
    database,
    log,
    password: () => readFileSync(path.join(home, "password"), "utf8").trim(),
    makeSocketFolder: () => {
      socketFolder = makeSocketFolder(home, record.id, account);
      return socketFolder;
    },
    close: () => {
      if (socketFolder) rmSync(socketFolder, { recursive: true, force: true });
      lock.release();
    },
  };
}

function newRecord(root: string, file: string): Record {
  const id = randomUUID();
  const beside = path.join(root, "postgres");
  if (existsSync(beside)) {
    throw new StartupError("folder_unusable", `${beside} holds files of another data folder; move or delete them`);
  }
  const record: Record = {
    id,
    home: mayEnter(chooseAccount(beside), root) ? "postgres" : path.join(SHARED_ROOT, id),
    initialised: false,
  };
  writeRecord(file, record);
  return record;
}

function writeRecord(file: string, record: Record): void {
  const temporary = `${file}.${randomUUID()}`;
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o644 });
  renameSync(temporary, file);
}

interface Cluster {
  home: string;
  database: string;
  account: Account | undefined;
  runtime: Runtime;
  durable: boolean;
}

// initdb works in a folder of another name, moved when it is done: a start that was interrupted
// leaves no half database.
function initialise({ home, database, account, runtime, durable }: Cluster): void {
  if (path.dirname(home) === SHARED_ROOT) makeSharedRoot();
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  const passwordFile = path.join(home, "password");
  writeFileSync(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  giveTo(account, home, passwordFile);
  const unfinished = `${database}.new`;
  const { status, stderr, error } = spawnSync(
    runtime.initdb,
    [
      ...["-D", unfinished, "-U", "switchyard", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
      ...["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"],
      ...(durable ? [] : ["--no-sync"]),
    ],
    { ...account, cwd: home, encoding: "utf8", env: { NODE_ENV: "production", LC_ALL: "C", TZ: "UTC" } },
  );
  if (status !== 0) {
    const why = error?.message ?? stderr.trim().split("\n").at(-1) ?? "";
    throw new StartupError("embedded_failed", `cannot make the database in ${home}: ${why}${remedyOf(why)}`);
  }
  renameSync(unfinished, database);
}

// Containers are often run as a number without a name, which Postgres refuses to make files for.
function remedyOf(why: string): string {
  if (!/could not look up effective user/.test(why)) return "";
  return "; run as a user that has an entry in /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own";
}

// What root makes, the account must be able to use, also when it starts the server itself the next
// time.
function giveTo(account: Account | undefined, ...paths: string[]): void {
  if (account) for (const each of paths) chownSync(each, account.uid, account.gid);
}

function requireEntry(account: Account | undefined, database: string): void {
  if (account ? mayEnter(account, database) : canList(database)) return;
  throw new StartupError(
    "folder_unusable",
    `the user who owns the database may not enter ${database}; run as that user or open the folders above it`,
  );
}

function canList(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

// The address of a unix socket holds about 104 characters.
function makeSocketFolder(home: string, id: string, account: Account | undefined): string {
  const beside = path.join(home, "socket");
  const folder = Buffer.byteLength(beside) <= 85 ? beside : path.join(os.tmpdir(), `switchyard-${id}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  giveTo(account, folder);
  return folder;
}
