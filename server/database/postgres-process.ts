import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DataFolder } from "./data-folder.ts";
import { StartupError } from "./errors.ts";
import { endProcess, isPostgresOf, postgresOf } from "./processes.ts";

const READY_TIMEOUT_MS = 120_000;
const LARGEST_LOG = 8 * 1024 * 1024;
const LAST_WORDS_BYTES = 64 * 1024;
const TURNED_AWAY = /the database system is |terminating connection/;

// Fast shutdown first; then immediate, which the next start repairs from the write-ahead log.
const STOP_STEPS = [
  { signal: "SIGINT", waitMs: 2_000 },
  { signal: "SIGQUIT", waitMs: 700 },
  { signal: "SIGKILL", waitMs: 300 },
] satisfies { signal: NodeJS.Signals; waitMs: number }[];

/** For processes without their Postgres, which end by themselves as soon as they notice. */
const LEFT_STEPS = [
  { signal: "SIGQUIT", waitMs: 1_000 },
  { signal: "SIGKILL", waitMs: 1_000 },
] satisfies { signal: NodeJS.Signals; waitMs: number }[];

/** A running Postgres of a data folder. */
export interface PostgresProcess {
  pid: number;
  /** Resolves with why, when it has ended; never rejects. */
  ended: Promise<string>;
  /** Ends it, within 3 s whatever it does. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of a data folder and resolves when it takes connections. One that a killed
 * server has left there is ended first. It is a session of its own, so the terminal's Ctrl-C does
 * not reach it before the server has drained. Throws StartupError with its last words if it does
 * not start, or when `signal` aborts.
 */
export async function startPostgres(
  folder: DataFolder,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<PostgresProcess> {
  await endOrphan(folder.database);
  boundLog(folder.log);
  const words = () => lastWords(folder.log, begun);
  const begun = sizeOf(folder.log);
  const child = launch(folder, args);
  const { pid } = child;
  if (pid === undefined) throw new StartupError("embedded_failed", `cannot run ${folder.runtime.postgres}`);
  const killOnExit = () => void trySignal(pid, "SIGINT");
  process.on("exit", killOnExit);
  const ended = new Promise<string>((resolve) => {
    child.on("exit", (code, signal) => {
      process.off("exit", killOnExit);
      resolve(`Postgres ended (${signal ?? `code ${code}`}): ${words()}`);
    });
  });
  const stop = () => endProcess(pid, STOP_STEPS);
  try {
    await whenReady(child, pid, folder, words, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  // The server's own handles keep the process alive; this child must not.
  child.unref();
  return { pid, ended, stop };
}

/**
 * Begins a new log when this one has become large, and keeps the one before: Postgres goes on
 * writing at the end of the same file.
 */
export function boundLog(log: string): void {
  try {
    if (statSync(log).size <= LARGEST_LOG) return;
    copyFileSync(log, `${log}.1`);
  } catch {
    // No room for a copy is no reason to let it grow.
  }
  try {
    truncateSync(log);
  } catch {
    // Gone, or not ours: Postgres will say so itself.
  }
}

function launch(folder: DataFolder, args: readonly string[]): ChildProcess {
  const log = openSync(folder.log, "a");
  try {
    const child = spawn(folder.runtime.postgres, ["-D", folder.database, ...args], {
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

async function whenReady(
  child: ChildProcess,
  pid: number,
  folder: DataFolder,
  words: () => string,
  signal?: AbortSignal,
): Promise<void> {
  let ended = false;
  child.once("exit", () => {
    ended = true;
  });
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (ended || signal?.aborted) break;
    const [first, ...rest] = readPidFile(folder.database);
    // The last line of the file turns to "ready" when connections are accepted.
    if (Number(first) === pid && rest.some((line) => line.trim() === "ready")) return;
    await delay(10);
  }
  throw new StartupError("embedded_failed", `Postgres did not start: ${words()} (see ${folder.log})`);
}

function readPidFile(database: string): string[] {
  try {
    return readFileSync(path.join(database, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

/**
 * The Postgres of a server that was killed: ended, so that ours runs with this code's settings, as
 * our child. Of one that was killed itself, its connections' processes may be left for a moment:
 * two Postgres must never work on the same files, so they are ended first.
 */
async function endOrphan(database: string): Promise<void> {
  const pid = Number(readPidFile(database)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isPostgresOf(pid, database)) await endProcess(pid, STOP_STEPS);
  await Promise.all(postgresOf(database).map((left) => endProcess(left, LEFT_STEPS)));
  // Postgres itself takes a dead one for alive as long as nobody has asked for its exit code, and
  // another program that has its id now.
  const left = process.platform === "linux" ? postgresOf(database).length > 0 : isPostgresOf(pid, database);
  if (!left) rmSync(path.join(database, "postmaster.pid"), { force: true });
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/**
 * The last fault that Postgres' log names from a byte on. That it turned callers away meanwhile is
 * none.
 */
export function lastWords(log: string, from = 0): string {
  try {
    const text = readFileSync(log);
    // A log that is shorter now began anew meanwhile.
    const own = text.subarray(text.length < from ? 0 : from);
    const lines = own.subarray(-LAST_WORDS_BYTES).toString("utf8").trim().split("\n");
    const fault = lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line) && !TURNED_AWAY.test(line));
    return fault ?? (lines.at(-1) || "it said nothing");
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
