import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * The guard, a process beside the worker: it kills what the worker can no longer kill itself. The
 * worker writes down, a line of JSON each, what every job has running and until when its lease is
 * held for sure (`{job, until, pids, paths}`, or `{job}` when it is over). A job's process groups
 * are killed when that time passes: the worker hangs or has lost the server. When the worker's end
 * of the pipe closes, it has died: everything is killed at once, the paths are removed, and the
 * guard ends.
 *
 * Times are ms of the machine's monotonic clock, which all its processes share. Plain JavaScript
 * without imports of ours: it starts in 40 ms.
 */

/** @type {Map<number, {until: number, pids: number[], paths: string[]}>} */
const jobs = new Map();
/** @type {NodeJS.Timeout | undefined} */
let timer;
/** @type {NodeJS.Immediate | undefined} */
let soon;

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** @param {{pids: number[]}} job */
function kill(job) {
  for (const pid of job.pids.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}

/**
 * Looks after what has come is read: this process may be late, and the worker may have kept a lease
 * meanwhile.
 */
function lookSoon() {
  clearImmediate(soon);
  soon = setImmediate(look);
}

function look() {
  clearTimeout(timer);
  let next = Number.POSITIVE_INFINITY;
  for (const job of jobs.values()) {
    if (job.pids.length === 0) continue;
    if (job.until <= now()) kill(job);
    else next = Math.min(next, job.until);
  }
  if (next < Number.POSITIVE_INFINITY) timer = setTimeout(lookSoon, Math.max(1, next - now()));
}

function workerDied() {
  for (const job of jobs.values()) kill(job);
  for (const { paths } of jobs.values()) {
    for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
  process.exit(0);
}

// Whoever stops the worker may signal its whole family; the guard ends when the worker has.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { job, until, pids, paths } = JSON.parse(line);
    if (until === undefined) jobs.delete(job);
    else jobs.set(job, { until, pids, paths });
    lookSoon();
  })
  .on("close", workerDied);
