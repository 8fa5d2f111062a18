import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RunningServer } from "../server.ts";
import type { Plan } from "./plan.ts";

/**
 * Breaks what the plan says; resolves when the server's process is gone, or works again after its
 * Postgres was killed.
 */
export async function breakServer({ fault, frozenMs }: Plan, server: RunningServer): Promise<void> {
  const postmaster = postmasterOf(server.dataDir);
  switch (fault) {
    case "database stopped for a while":
      throw new Error("that is none of the server's own faults");
    case "server killed":
      return await server.kill("SIGKILL");
    case "postgres killed":
      process.kill(postmaster, "SIGKILL");
      return await revived(server, postmaster);
    case "both killed":
      process.kill(postmaster, "SIGKILL");
      return await server.kill("SIGKILL");
    case "server frozen, then killed":
      await freeze([server.pid], frozenMs);
      return await server.kill("SIGKILL");
    case "database frozen, then server killed":
      await freeze([postmaster, ...childrenOf(postmaster)], frozenMs);
      return await server.kill("SIGKILL");
    case "server asked to stop":
      return await server.kill("SIGTERM");
  }
}

/** Whatever a round has left running: a killed server leaves its Postgres behind. */
export function sweep(dataDir: string): void {
  try {
    process.kill(postmasterOf(dataDir), "SIGKILL");
  } catch {
    // It is gone already, or never came.
  }
}

async function freeze(pids: readonly number[], ms: number): Promise<void> {
  for (const pid of pids) signal(pid, "SIGSTOP");
  await delay(ms);
  for (const pid of pids) signal(pid, "SIGCONT");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // A connection's process may end between the look and the signal.
  }
}

/** The server starts an embedded Postgres that died again, and lives on. */
async function revived(server: RunningServer, killed: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (!isAlive(server.pid)) throw new Error("the server ended when its Postgres was killed");
    if (postmasterOf(server.dataDir) !== killed && (await isReady(server))) return;
    if (Date.now() > deadline) throw new Error("the server did not start its Postgres again");
    await delay(20);
  }
}

const isReady = (server: RunningServer) =>
  fetch(`${server.url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Whether a process is still there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The process id of the Postgres of a data folder; NaN while it is being started. */
function postmasterOf(dataDir: string): number {
  const { home } = JSON.parse(readFileSync(path.join(dataDir, "postgres.json"), "utf8")) as { home: string };
  const file = path.join(path.resolve(dataDir, home), "data", "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n", 1)[0]) : Number.NaN;
}

/**
 * Postgres' processes for connections and background work. Only Linux says whose children they are
 * without a program.
 */
function childrenOf(parent: number): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) && parentOf(pid) === parent ? [pid] : [];
  });
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}
