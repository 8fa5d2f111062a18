import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../domain/primitives.ts";
import { type RealServer, startRealServer } from "../real-server.test-kit.ts";
import type { Adapter } from "./adapter.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

let server: RealServer;
let folder: string;
const workers: Worker[] = [];
const children: ChildProcess[] = [];
const lines: string[] = [];

beforeAll(async () => {
  server = await startRealServer();
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

const newAgent = () => `agent-${randomUUID()}`;

function work(agentKey: string, more: Partial<WorkerOptions> = {}): Worker {
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
async function enqueue(agentKey: string, ...jobs: NewJob[]) {
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

const getJob = (jobId: string) => server.client.getJob(jobId);
const status = (jobId: string) => getJob(jobId).then((job) => job.status);
const becomes = (jobId: string, wanted: string) => expect.poll(() => status(jobId), { timeout: 15_000 }).toBe(wanted);
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** The job's output as the log has it, attempt by attempt. */
async function outputOf(runId: string) {
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

describe("the worker runs real commands", () => {
  test("exit code, duration and the end of the output are kept; the output is in the log", async () => {
    const agentKey = newAgent();
    work(agentKey, { capabilities: ["build"] });
    const { jobId, runId } = await enqueue(agentKey, { input: { command: "echo out; echo grüße; echo err >&2" } });
    await becomes(jobId, "completed");
    const job = await getJob(jobId);
    expect(job).toMatchObject({ exitCode: 0, claimedBy: agentKey, attempt: 1 });
    expect(job.attempts).toMatchObject([{ status: "completed", exitCode: 0, result: { truncated: false } }]);
    expect((job.result as { output: string }).output).toContain("grüße\n");
    const output = await outputOf(runId);
    const textOf = (stream: string) =>
      output
        .filter((piece) => piece.stream === stream)
        .map((piece) => piece.text)
        .join("");
    expect(textOf("stdout")).toBe("out\ngrüße\n");
    expect(textOf("stderr")).toBe("err\n");
    expect(output[0]).toMatchObject({ jobId, attempt: 1 });
    expect(await server.client.getAgent(agentKey)).toMatchObject({ capabilities: ["build"], capacity: 1 });
  });

  test("output is in the log while the command still runs", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const go = join(folder, "go");
    const { jobId, runId } = await enqueue(agentKey, {
      input: { command: `echo first; while ! [ -e ${go} ]; do sleep 0.02; done; echo last` },
    });
    await expect.poll(async () => (await outputOf(runId)).map((piece) => piece.text)).toEqual(["first\n"]);
    expect(await status(jobId)).toBe("running");
    await writeFile(go, "");
    await becomes(jobId, "completed");
    expect((await outputOf(runId)).map((piece) => piece.text)).toEqual(["first\n", "last\n"]);
  });

  test("a failing command fails the job with its exit code, after all its attempts", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const { jobId } = await enqueue(agentKey, {
      input: { command: 'echo "try $SWITCHYARD_ATTEMPT"; exit 2' },
      maxAttempts: 2,
      backoffMs: 1,
    });
    await becomes(jobId, "failed");
    const job = await getJob(jobId);
    expect(job.error).toEqual({ message: "exit code 2", code: "exit_code" });
    expect(job.attempts.map((attempt) => [attempt.exitCode, (attempt.result as { output: string }).output])).toEqual([
      [2, "try 1\n"],
      [2, "try 2\n"],
    ]);
  });

  test("what cannot be run is not tried again", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 3 });
    const again = { maxAttempts: 5, backoffMs: 1 };
    const { jobIds } = await enqueue(
      agentKey,
      { input: { argv: ["/no/such/program"] }, ...again },
      { input: { argv: [] }, ...again },
      { tool: "quantum", input: {}, ...again },
    );
    for (const jobId of jobIds) await becomes(jobId, "failed");
    const jobs = await Promise.all(jobIds.map(getJob));
    expect(jobs.map((job) => [job.error?.code, job.attempt])).toEqual([
      ["spawn_failed", 1],
      ["bad_input", 1],
      ["unknown_tool", 1],
    ]);
  });

  test("bytes that cannot be stored are replaced, and a flood is cut visibly with its end kept", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 2 });
    const { jobIds, runId } = await enqueue(
      agentKey,
      { input: { command: "printf 'a\\000b\\377c'" } },
      { input: { command: "seq 1 200000; echo the end" } },
    );
    const [odd, flood] = jobIds as [string, string];
    await becomes(odd, "completed");
    await becomes(flood, "completed");
    expect((await getJob(odd)).result).toEqual({ output: "a\uFFFDb\uFFFDc", truncated: false });
    const kept = (await getJob(flood)).result as { output: string; truncated: boolean };
    expect(kept.truncated).toBe(true);
    expect(kept.output.endsWith("200000\nthe end\n")).toBe(true);
    const pieces = (await outputOf(runId)).filter((piece) => piece.jobId === flood);
    expect(pieces.some((piece) => piece.truncated && piece.text.includes("bytes left out"))).toBe(true);
  });

  test("never runs more jobs at once than it has slots, and as many as it has", async () => {
    const agentKey = newAgent();
    let now = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const counting: Adapter = {
      name: "counting",
      async run() {
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => release.push(resolve));
        now -= 1;
        return { exitCode: 0 };
      },
    };
    work(agentKey, { slots: 3, adapters: [counting] });
    const { jobIds } = await enqueue(agentKey, ...Array.from({ length: 7 }, () => ({ tool: "counting" })));
    for (let done = 0; done < 7; done += 1) {
      await expect.poll(() => now).toBe(Math.min(3, 7 - done));
      release.shift()?.();
    }
    for (const jobId of jobIds) await becomes(jobId, "completed");
    expect(most).toBe(3);
  });
});

describe("the worker and time", () => {
  test("a hung child that ignores SIGTERM is killed at its timeout with everything it started", async () => {
    const agentKey = newAgent();
    work(agentKey);
    const pids = join(folder, "pids");
    const command = `trap '' TERM; sleep 1000 & echo $$ $! > ${pids}; echo hanging; wait`;
    const { jobId } = await enqueue(agentKey, { input: { command }, timeoutMs: 700 });
    await becomes(jobId, "timed_out");
    const job = await getJob(jobId);
    expect(job.error?.code).toBe("timeout");
    expect(job.attempts).toMatchObject([{ status: "timed_out", result: { output: "hanging\n", signal: "SIGKILL" } }]);
    for (const pid of (await readFile(pids, "utf8")).trim().split(" ")) {
      await expect.poll(() => isAlive(Number(pid))).toBe(false);
    }
  });

  test("a job cancelled by an operator has its child killed", async () => {
    const agentKey = newAgent();
    work(agentKey, { leaseMs: 1_000 });
    const pid = join(folder, "pid");
    const { jobId } = await enqueue(agentKey, { input: { command: `echo $$ > ${pid}; exec sleep 1000` } });
    await expect.poll(() => readFile(pid, "utf8").catch(() => "")).toMatch(/\d+\n/);
    await server.client.commit([{ type: "job.cancel", jobId, reason: "not needed" }]);
    const child = Number(await readFile(pid, "utf8"));
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => lines.join("\n")).toContain("its lease was lost");
    expect(await getJob(jobId)).toMatchObject({ status: "cancelled", result: null });
  });
});

describe("stopping", () => {
  test("a worker told to stop claims no more and lets what runs finish", async () => {
    const agentKey = newAgent();
    const worker = work(agentKey);
    const go = join(folder, "go");
    const { jobIds } = await enqueue(
      agentKey,
      { input: { command: `while ! [ -e ${go} ]; do sleep 0.02; done` } },
      { input: { argv: ["true"] } },
    );
    const [first, second] = jobIds as [string, string];
    await becomes(first, "running");
    worker.stop(60_000);
    await writeFile(go, "");
    await worker.done;
    expect(await status(first)).toBe("completed");
    expect(await status(second)).toBe("queued");
  });

  test("killed, it ends its children and gives the jobs back, to be tried again", async () => {
    const agentKey = newAgent();
    const worker = work(agentKey);
    const { jobId } = await enqueue(agentKey, {
      input: { argv: ["sleep", "1000"] },
      maxAttempts: 2,
      backoffMs: 60_000,
    });
    await becomes(jobId, "running");
    worker.stop(60_000);
    worker.kill();
    await worker.done;
    const job = await getJob(jobId);
    expect(job).toMatchObject({ status: "queued", error: { code: "worker_stopped" } });
    expect(job.attempts).toMatchObject([{ status: "failed", result: { signal: "SIGKILL" } }]);
  });

  test("when the grace is over it kills by itself", async () => {
    const agentKey = newAgent();
    const worker = work(agentKey);
    const { jobId } = await enqueue(agentKey, { input: { argv: ["sleep", "1000"] } });
    await becomes(jobId, "running");
    worker.stop(50);
    await worker.done;
    expect(await getJob(jobId)).toMatchObject({ status: "failed", error: { code: "worker_stopped" } });
  });

  test("a server that does not take its key ends it", async () => {
    const { createClient } = await import("../client.ts");
    const client = createClient({ url: server.url, key: "sy_wrong" });
    const worker = startWorker({
      client,
      agentKey: newAgent(),
      capabilities: [],
      slots: 1,
      leaseMs: 1000,
      log: () => undefined,
    });
    await expect(worker.done).rejects.toMatchObject({ status: 401 });
  });
});

describe("bad days", () => {
  test("a server restart loses nothing: what finished meanwhile is told when it is back, and claiming goes on", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 2 });
    const started = join(folder, "started");
    const go = join(folder, "go");
    const ended = join(folder, "ended");
    const command = `echo before; touch ${started}; while ! [ -e ${go} ]; do sleep 0.02; done; echo after; touch ${ended}`;
    const { jobId, runId } = await enqueue(agentKey, { input: { command } });
    await expect.poll(() => exists(started)).toBe(true);
    await server.stop();
    await writeFile(go, "");
    await expect.poll(() => exists(ended)).toBe(true);
    await expect.poll(() => lines.join("\n")).toContain("the server is away");
    await server.start();
    await becomes(jobId, "completed");
    expect(await getJob(jobId)).toMatchObject({
      attempt: 1,
      exitCode: 0,
      result: { output: "before\nafter\n", truncated: false },
    });
    expect((await outputOf(runId)).map((piece) => piece.text).join("")).toBe("before\nafter\n");
    const next = await enqueue(agentKey, { input: { argv: ["true"] } });
    await becomes(next.jobId, "completed");
  });

  test("fencing: a worker that was frozen past its lease has its late result refused", async () => {
    const agentKey = newAgent();
    const frozen = startProcess(agentKey, "--lease-ms", "1000");
    const go = join(folder, "go");
    const ended = join(folder, "ended");
    const first = `echo slow; while ! [ -e ${go} ]; do sleep 0.02; done; touch ${ended}`;
    const { jobId } = await enqueue(agentKey, {
      input: { command: `if [ $SWITCHYARD_ATTEMPT = 1 ]; then ${first}; else echo quick; fi` },
      maxAttempts: 2,
      backoffMs: 1,
    });
    await becomes(jobId, "running");
    frozen.child.kill("SIGSTOP");
    await expect.poll(async () => (await getJob(jobId)).attempts[0]?.status, { timeout: 15_000 }).toBe("failed");
    work(agentKey);
    await becomes(jobId, "completed");
    await writeFile(go, "");
    await expect.poll(() => exists(ended)).toBe(true);
    frozen.child.kill("SIGCONT");
    await expect.poll(frozen.output, { timeout: 10_000 }).toMatch(/result dropped|dropped after/);
    const job = await getJob(jobId);
    expect(job).toMatchObject({ status: "completed", attempt: 2, result: { output: "quick\n" } });
    expect(job.attempts.map((attempt) => [attempt.status, attempt.error?.code])).toEqual([
      ["failed", "lease_expired"],
      ["completed", undefined],
    ]);
  });

  test("as a program: SIGTERM stops it with exit code 0 and its running job finishes", async () => {
    const agentKey = newAgent();
    const { child, output } = startProcess(agentKey);
    const go = join(folder, "go");
    const { jobId } = await enqueue(agentKey, { input: { command: `while ! [ -e ${go} ]; do sleep 0.02; done` } });
    await becomes(jobId, "running");
    child.kill("SIGTERM");
    await expect.poll(output).toContain("stopping: 1 running");
    await writeFile(go, "");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
    expect(await status(jobId)).toBe("completed");
  });
});

/** The worker as the program it is. */
function startProcess(agentKey: string, ...more: string[]) {
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

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat !== undefined && stat.split(") ")[1]?.[0] !== "Z";
}
