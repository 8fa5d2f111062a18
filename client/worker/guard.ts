import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Log } from "./log.ts";

/** One job as the guard watches it. */
export interface Watch {
  /** The job's lease is held until then for sure (ms of `performance.now()`). */
  keep(until: number): void;
  /** A process group that must not outlive the lease; call what it answers when it is gone. */
  hold(pid: number): () => void;
  /** What must not outlive the worker. */
  removeIfLost(paths: readonly string[]): () => void;
  /** Nothing of the job runs any more. */
  close(): void;
}

const PROGRAM = fileURLToPath(new URL("./guard.mjs", import.meta.url));
/** From `performance.now()` of this process to the machine's monotonic clock. */
const SHIFT_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();
/** A guard that cannot live is not started again and again. */
const MAX_STARTS = 10;

interface Entry {
  until: number;
  pids: Set<number>;
  paths: Set<string>;
}

/**
 * This worker's end of its guard (`guard.mjs`), a process that kills a job's process groups when
 * the lease runs out while the worker hangs, and at once when the worker dies. It is started with
 * the first job; one that dies is started again and gets everything.
 */
export class Guard {
  readonly #log: Log;
  readonly #jobs = new Map<number, Entry>();
  #child: ChildProcess | undefined;
  #starts = 0;
  #lastJob = 0;
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The guard's process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  watch(until: number): Watch {
    this.#lastJob += 1;
    const job = this.#lastJob;
    const entry: Entry = { until, pids: new Set(), paths: new Set() };
    this.#jobs.set(job, entry);
    const send = () => this.#send(job);
    send();
    return {
      keep(to) {
        entry.until = to;
        send();
      },
      hold(pid) {
        entry.pids.add(pid);
        send();
        return () => {
          entry.pids.delete(pid);
          send();
        };
      },
      removeIfLost(paths) {
        for (const path of paths) entry.paths.add(path);
        send();
        return () => {
          for (const path of paths) entry.paths.delete(path);
          send();
        };
      },
      close: () => {
        this.#jobs.delete(job);
        send();
      },
    };
  }

  /** Ends the guard. What is still watched is killed. */
  close(): void {
    this.#closed = true;
    this.#child?.stdin?.end();
  }

  #send(job: number): void {
    if (this.#child) this.#write(job);
    else if (!this.#closed) this.#start();
  }

  #write(job: number): void {
    const entry = this.#jobs.get(job);
    const update = entry && { until: entry.until + SHIFT_MS, pids: [...entry.pids], paths: [...entry.paths] };
    this.#child?.stdin?.write(`${JSON.stringify({ job, ...update })}\n`);
  }

  #start(): void {
    if (this.#starts >= MAX_STARTS) return;
    this.#starts += 1;
    // A session of its own: a Ctrl-C or Ctrl-Z in the worker's terminal is not for it.
    const child: ChildProcess = spawn(process.execPath, [PROGRAM], {
      stdio: ["pipe", "ignore", "inherit"],
      detached: true,
      env: { NODE_ENV: "production" },
    });
    this.#child = child;
    // It is no reason for the worker to live on.
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    child.stdin?.on("error", () => undefined);
    const onEnd = (why: string) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (this.#closed) return;
      this.#log(`the guard has ended (${why})${this.#starts < MAX_STARTS ? ", starting another" : ""}`);
      this.#start();
    };
    child.once("error", (error) => onEnd(error.message));
    child.once("exit", (code, signal) => onEnd(signal ?? `exit code ${code}`));
    for (const job of this.#jobs.keys()) this.#write(job);
  }
}
