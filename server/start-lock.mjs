import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

// One starter at a time builds in a checkout; the others wait and then find everything made.

/**
 * Takes the lock; waits for its holder while that process lives.
 *
 * @param {string} LOCK its file
 * @param {(pid: number) => void} onWait called once when another process holds it
 */
export async function takeLock(LOCK, onWait) {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, identify(process.pid));
  try {
    for (let turn = 0; !tryLink(mine, LOCK); turn++) {
      const holder = readLock(LOCK);
      if (holder !== undefined && identify(Number.parseInt(holder, 10)) === holder) {
        if (turn === 0) onWait(Number.parseInt(holder, 10));
        await delay(200);
      } else if (holder !== undefined) {
        clearDeadLock(LOCK, holder);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function clearDeadLock(LOCK, holder) {
  const aside = `${LOCK}.dead.${process.pid}`;
  try {
    renameSync(LOCK, aside);
  } catch {
    return;
  }
  // Another starter may have taken over since the look: what was moved is its lock then.
  if (readLock(aside) !== holder) tryLink(aside, LOCK);
  rmSync(aside, { force: true });
}

/** Gives it back, if this process holds it. */
export function dropLock(LOCK) {
  if (readLock(LOCK) === identify(process.pid)) rmSync(LOCK, { force: true });
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function readLock(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * A living process as "<id> <start time>", so that a later process with the same id is not taken
 * for it.
 */
export function identify(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return "";
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return `${pid} `;
  }
}
