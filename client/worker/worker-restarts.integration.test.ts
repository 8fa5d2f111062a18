import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ServerProcess, startRealServer, startServerProcess } from "../real-server.test-kit.ts";
import {
  becomes,
  dies,
  enqueue,
  exclusively,
  exists,
  folder,
  getJob,
  happened,
  lines,
  newAgent,
  outputOf,
  pidIn,
  SLOW,
  server,
  setUp,
  work,
} from "./worker.test-kit.ts";

const logged = (text: string) => expect.poll(() => lines.join("\n"), SLOW).toContain(text);

describe.each([
  ["is stopped", startRealServer, () => server.stop()],
  ["is killed", startServerProcess, () => (server as ServerProcess).kill()],
] as const)("the server %s", (_how, start, end) => {
  setUp(start);

  test("while a job runs: it goes on, its result is reported once when the server is back, and claiming goes on", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 2 });
    const [started, go, ended] = ["started", "go", "ended"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const command = `echo before; touch ${started}; while ! [ -e ${go} ]; do sleep 0.02; done; echo after; touch ${ended}`;
    const { jobId, runId } = await enqueue(agentKey, { input: { command } });
    await expect.poll(() => exists(started), SLOW).toBe(true);
    await end();
    await writeFile(go, "");
    await expect.poll(() => exists(ended), SLOW).toBe(true);
    await logged("the server is away");
    await server.start();
    await becomes(jobId, "completed");
    const result = { output: "before\nafter\n", truncated: false };
    expect(await getJob(jobId)).toMatchObject({ attempt: 1, exitCode: 0, result });
    expect(await happened(jobId, "job.completed")).toBe(1);
    expect((await outputOf(runId)).map((piece) => piece.text).join("")).toBe("before\nafter\n");
    const next = await enqueue(agentKey, { input: { argv: ["true"] } });
    await becomes(next.jobId, "completed");
  });

  test("while a worker waits for a job: it waits on when the server is back", async () => {
    const agentKey = newAgent();
    work(agentKey);
    await logged("ready");
    await end();
    await logged("the server is away");
    await server.start();
    const { jobId } = await enqueue(agentKey, { input: { argv: ["true"] } });
    await becomes(jobId, "completed");
  });

  test("again and again under many jobs: each runs once and is reported once", async () => {
    const agentKey = newAgent();
    work(agentKey, { slots: 3 });
    const ran = join(folder, "ran");
    const jobs = Array.from({ length: 12 }, () => ({
      input: { command: `echo $SWITCHYARD_JOB_ID >> ${ran}; sleep 0.05` },
    }));
    const { jobIds } = await enqueue(agentKey, ...jobs);
    const begun = async () => (await readFile(ran, "utf8").catch(() => "")).split("\n").filter(Boolean);
    for (const least of [2, 5, 8]) {
      await expect.poll(async () => (await begun()).length, SLOW).toBeGreaterThanOrEqual(least);
      await end();
      await server.start();
    }
    for (const jobId of jobIds) await becomes(jobId, "completed");
    expect((await begun()).sort()).toEqual([...jobIds].sort());
    for (const jobId of jobIds) expect(await happened(jobId, "job.completed")).toBe(1);
  });

  test("for longer than a lease: the worker ends its work in time, and the job runs again when the server is back", async () => {
    const agentKey = newAgent();
    work(agentKey, { leaseMs: 1_500 });
    const { jobId } = await enqueue(agentKey, { input: exclusively(), maxAttempts: 2, backoffMs: 1 });
    const pid = await pidIn("pid1");
    await end();
    await dies(pid);
    await server.start();
    await becomes(jobId, "completed");
    expect((await getJob(jobId)).attempts.map((attempt) => [attempt.error?.code, attempt.exitCode])).toEqual([
      ["lease_expired", null],
      [undefined, 0],
    ]);
  });

  test("a worker that is killed while the server is away ends all the same, and the job returns when its lease runs out", async () => {
    const agentKey = newAgent();
    const worker = work(agentKey, { leaseMs: 2_000 });
    const { jobId, runId } = await enqueue(agentKey, {
      input: { command: "while :; do echo busy; sleep 0.05; done" },
      maxAttempts: 2,
      backoffMs: 60_000,
    });
    await expect.poll(async () => (await outputOf(runId)).length, SLOW).toBeGreaterThan(0);
    await end();
    worker.kill();
    await worker.done;
    expect(lines.join("\n")).toMatch(/result could not be reported|dropped after/);
    await server.start();
    await becomes(jobId, "queued");
    expect((await getJob(jobId)).attempts[0]).toMatchObject({ status: "failed", error: { code: "lease_expired" } });
  });
});
