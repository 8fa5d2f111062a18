import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createClient } from "../client.ts";
import {
  becomes,
  enqueue,
  exists,
  folder,
  getJob,
  lines,
  newAgent,
  outputOf,
  server,
  setUp,
  startProcess,
  status,
  work,
} from "./worker.test-kit.ts";
import { startWorker } from "./worker.ts";

setUp();

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
    await expect.poll(() => lines.join("\n")).toContain(`job ${jobId}#1 started`);
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
    await expect.poll(() => lines.join("\n")).toContain(`job ${jobId}#1 started`);
    worker.stop(50);
    await worker.done;
    expect(await getJob(jobId)).toMatchObject({ status: "failed", error: { code: "worker_stopped" } });
  });

  test("a server that does not take its key ends it", async () => {
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

  test("killed while the server is away it ends all the same, and the job returns when its lease runs out", async () => {
    const agentKey = newAgent();
    const worker = work(agentKey, { leaseMs: 2_000 });
    const { jobId, runId } = await enqueue(agentKey, {
      input: { command: "while :; do echo busy; sleep 0.05; done" },
      maxAttempts: 2,
      backoffMs: 60_000,
    });
    await expect.poll(async () => (await outputOf(runId)).length).toBeGreaterThan(0);
    await server.stop();
    worker.kill();
    await worker.done;
    expect(lines.join("\n")).toContain("result could not be told");
    await server.start();
    await becomes(jobId, "queued");
    expect((await getJob(jobId)).attempts[0]).toMatchObject({ status: "failed", error: { code: "lease_expired" } });
  });

  test("fencing: a worker that was frozen past its lease has its late result refused", async () => {
    const agentKey = newAgent();
    const frozen = startProcess(agentKey, "--lease-ms", "1000");
    const go = join(folder, "go");
    const begun = join(folder, "begun");
    const ended = join(folder, "ended");
    const first = `touch ${begun}; echo slow; while ! [ -e ${go} ]; do sleep 0.02; done; touch ${ended}`;
    const { jobId } = await enqueue(agentKey, {
      input: { command: `if [ $SWITCHYARD_ATTEMPT = 1 ]; then ${first}; else echo quick; fi` },
      maxAttempts: 2,
      backoffMs: 1,
    });
    // Running is the job from its claim on; the child is there a little later.
    await expect.poll(() => exists(begun)).toBe(true);
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
    await expect.poll(output).toContain(`job ${jobId}#1 started`);
    child.kill("SIGTERM");
    await expect.poll(output).toContain("stopping: 1 running");
    await writeFile(go, "");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
    expect(await status(jobId)).toBe("completed");
  });
});
