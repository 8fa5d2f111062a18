import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { Json } from "../../domain/kernel/primitives.ts";
import { type RealServer, startRealServer } from "../real-server.test-kit.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

/**
 * What the worker's tests stand on: the real server, a folder per test, and nothing left running
 * after it.
 */
export let server: RealServer;
export let folder: string;
/** What the workers of a test have logged. */
export const lines: string[] = [];
const workers: Worker[] = [];
const children: ChildProcess[] = [];

/** @param start how the server is started; in this process when left out */
export function setUp(start: () => Promise<RealServer> = startRealServer): void {
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "switchyard-worker-"));
    lines.length = 0;
  });
  afterEach(async () => {
    for (const worker of workers) worker.kill();
    await Promise.all(workers.splice(0).map((worker) => worker.done));
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
}

export const newAgent = () => `agent-${randomUUID()}`;

export function work(agentKey: string, more: Partial<WorkerOptions> = {}): Worker {
  const log = (line: string) => lines.push(line);
  const worker = startWorker({
    client: server.client,
    agentKey,
    capabilities: [],
    slots: 1,
    leaseMs: 30_000,
    log,
    ...more,
  });
  workers.push(worker);
  return worker;
}

interface NewJob {
  input?: Json;
  tool?: string;
  timeoutMs?: number;
  maxAttempts?: number;
  backoffMs?: number;
}

/** Enqueues jobs for one agent in a run of their own; answers their ids and that of the run. */
export async function enqueue(agentKey: string, ...jobs: NewJob[]) {
  const runId = `run-${randomUUID()}`;
  const jobIds = jobs.map((_job, index) => `${runId}.${index}`);
  const { firstSeq } = await server.client.commit([
    { type: "run.create", runId, workflow: "test" },
    ...jobs.map(
      (job, index) => ({ type: "job.enqueue", jobId: jobIds[index] as string, runId, agentKey, ...job }) as const,
    ),
  ]);
  return { runId, jobIds, jobId: jobIds[0] as string, before: firstSeq - 1 };
}

export const getJob = (jobId: string) => server.client.getJob(jobId);
export const status = (jobId: string) => getJob(jobId).then((job) => job.status);
/** What may take as long as a program takes to start on a busy machine. */
export const SLOW = { timeout: 20_000 };
export const becomes = (jobId: string, wanted: string) => expect.poll(() => status(jobId), SLOW).toBe(wanted);
export const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** The job's output as the log has it, attempt by attempt. */
export async function outputOf(runId: string) {
  const { items } = await server.client.listEvents({ runId, type: "x.job.output", limit: 1000 });
  return items.map(
    ({ subject, payload }) =>
      ({ jobId: subject.id, ...payload }) as {
        jobId: string;
        attempt: number;
        stream: string;
        text: string;
        truncated?: true;
      },
  );
}

/** The worker as the program it is. */
export function startProcess(agentKey: string, ...more: string[]) {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", main, "--agent", agentKey, ...more], {
    env: { ...process.env, SWITCHYARD_URL: server.url, SWITCHYARD_KEY: server.key },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat !== undefined && stat.split(") ")[1]?.[0] !== "Z";
}

/** The pid a command has written into a file of the test's folder. */
export async function pidIn(file: string): Promise<number> {
  const read = () => readFile(join(folder, file), "utf8").catch(() => "");
  await expect.poll(read, SLOW).toMatch(/^\d+\n/);
  return Number.parseInt(await read(), 10);
}

export const dies = (pid: number) => expect.poll(() => isAlive(pid), SLOW).toBe(false);

/**
 * A command that works on while it is the job's first attempt and ends at once in the next. Its
 * exit code is 99 when another one of the same test still runs. The pid of attempt n is in the file
 * `pid<n>`.
 */
export const exclusively = (first = "while :; do sleep 0.02; done") => ({
  argv: [
    ...["flock", "-n", "-E", "99", join(folder, "lock"), "sh", "-c"],
    `echo $$ > ${folder}/pid$SWITCHYARD_ATTEMPT; echo attempt $SWITCHYARD_ATTEMPT; [ $SWITCHYARD_ATTEMPT != 1 ] || { ${first}; }`,
  ],
});

/** How often something of a kind has happened to a job, by the log. */
export async function happened(jobId: string, type: string): Promise<number> {
  const { items } = await server.client.listEvents({ subject: `job:${jobId}`, type });
  return items.length;
}
