import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StartupError } from "./errors.ts";
import { giveSign, givesSign, processSpace } from "./life-sign.ts";
import { birthOf, isAlive } from "./processes.ts";

export interface FolderLock {
  release(): void;
}

interface Holder {
  pid: number;
  birth: string;
  /**
   * Which processes it sees, and the socket in the folder at which it gives a sign of life. Locks
   * of older servers have neither.
   */
  space?: string;
  sign?: string;
}

/**
 * Makes this process the only server on a data folder. The lock is a file that names its holder;
 * one whose holder is dead is taken over. A holder in another container is dead when it gives no
 * sign of life. Throws StartupError "folder_in_use" if the holder lives.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = path.join(folder, "server.lock");
  const id = randomUUID();
  const mine = `${file}.${id}`;
  const sign = `server-${id}.sock`;
  const holder: Holder = { pid: process.pid, birth: birthOf(process.pid), space: processSpace(), sign };
  const text = JSON.stringify(holder);
  writeFileSync(mine, text, { mode: 0o644 });
  const endSign = await giveSign(folder, sign);
  try {
    // Each turn either takes the lock, throws, or clears away one that is dead.
    while (!tryLink(mine, file)) await clearDead(folder, file);
  } catch (error) {
    endSign?.();
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  const release = () => {
    process.off("exit", release);
    if (read(file) === text) rmSync(file, { force: true });
    endSign?.();
  };
  process.on("exit", release);
  return { release };
}

// A hard link appears with its content and fails if the name is taken: nobody can read a
// half-written lock.
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function clearDead(folder: string, file: string): Promise<void> {
  const text = read(file);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder && (await lives(folder, holder))) {
    const where = isSeen(holder) ? "" : " of another container";
    throw new StartupError(
      "folder_in_use",
      `the data folder ${folder} is in use by another Switchyard server (pid ${holder.pid}${where}); stop it, or set SWITCHYARD_DATA_DIR to another folder`,
    );
  }
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Another starter may have taken over between the look and the move: what was moved is its lock
  // then.
  if (read(aside) !== text) tryLink(aside, file);
  else if (holder?.sign !== undefined) rmSync(path.join(folder, path.basename(holder.sign)), { force: true });
  rmSync(aside, { force: true });
}

/** Whether its process could be seen from here. */
const isSeen = ({ space }: Holder) => space === undefined || space === processSpace();

async function lives(folder: string, holder: Holder): Promise<boolean> {
  if (isSeen(holder)) return isAlive(holder.pid) && birthOf(holder.pid) === holder.birth;
  return holder.sign !== undefined && (await givesSign(folder, path.basename(holder.sign)));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
