import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** True if a process with this id exists, of any owner. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * What differs between a process and a later one with the same id: when it started, as the system
 * words it. Empty where the system does not say; the id alone decides then.
 */
export function birthOf(pid: number): string {
  if (process.platform === "linux") {
    const stat = procStat(pid);
    return stat ? `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${stat[19] ?? ""}` : "";
  }
  return ps(pid, "lstart=");
}

/** True if `pid` is a Postgres server that runs on this data directory. */
export function isPostgresOf(pid: number, dataDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    try {
      // A server's working directory is its data directory; it has no other way to be there.
      return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory;
    } catch {
      return false;
    }
  }
  return ps(pid, "command=").includes(dataDirectory);
}

/**
 * All processes that work in this data directory: Postgres' own and those of its connections. Empty
 * where the system does not say.
 */
export function postgresOf(dataDirectory: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) && isPostgresOf(pid, dataDirectory) ? [pid] : [];
  });
}

/** Sends each signal in turn until the process is gone, waiting up to `afterMs` after each. */
export async function endProcess(pid: number, steps: { signal: NodeJS.Signals; waitMs: number }[]): Promise<void> {
  for (const { signal, waitMs } of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return;
      await delay(20);
    }
  }
}

// A dead child whose parent has not asked for its exit code still answers to signals.
function isZombie(pid: number): boolean {
  return process.platform === "linux" && procStat(pid)?.[0] === "Z";
}

/**
 * Fields of /proc/<pid>/stat from the state on; the name before them may hold spaces and brackets.
 */
function procStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  if (process.platform === "win32") return "";
  try {
    return execFileSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "";
  }
}
