import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StartupError } from "./errors.ts";
import { birthOf, isAlive } from "./processes.ts";

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the only server on a data folder. The lock is a file that names its holder; one whose holder is
 * dead is taken over. Throws StartupError "folder_in_use" if the holder lives.
 */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, "server.lock");
  const mine = `${file}.${randomUUID()}`;
  const text = JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) });
  writeFileSync(mine, text, { mode: 0o644 });
  try {
    // Each turn either takes the lock, throws, or clears away one that is dead.
    while (!tryLink(mine, file)) clearDead(folder, file);
  } finally {
    rmSync(mine, { force: true });
  }
  const release = () => {
    process.off("exit", release);
    if (read(file) === text) rmSync(file, { force: true });
  };
  process.on("exit", release);
  return { release };
}

// A hard link appears with its content and fails if the name is taken: nobody can read a half-written lock.
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function clearDead(folder: string, file: string): void {
  const text = read(file);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder && isAlive(holder.pid) && birthOf(holder.pid) === holder.birth) {
    throw new StartupError(
      "folder_in_use",
      `the data folder ${folder} is in use by another Switchyard server (pid ${holder.pid}); stop it, or set SWITCHYARD_DATA_DIR to another folder`,
    );
  }
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Another starter may have taken over between the look and the move: what was moved is its lock then.
  if (read(aside) !== text) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): { pid: number; birth: string } | undefined {
  try {
    return JSON.parse(text) as { pid: number; birth: string };
  } catch {
    return undefined;
  }
}
