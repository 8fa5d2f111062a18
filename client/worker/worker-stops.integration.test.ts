import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createClient } from "../client.ts";
import {
  becomes,
  enqueue,
  folder,
  getJob,
  lines,
  newAgent,
  SLOW,
  server,
  setUp,
  startProcess,
  status,
  work,
} from "./worker.test-kit.ts";
import { startWorker } from "./worker.ts";

setUp();

describe("stopping", () => {
  test("a worker that is asked to stop claims no more and lets what runs finish", async () => {
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
    await expect.poll(() => lines.join("\n"), SLOW).toContain(`job ${jobId}#1 started`);
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
    await expect.poll(() => lines.join("\n"), SLOW).toContain(`job ${jobId}#1 started`);
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

describe("the program", () => {
  test("as a program: SIGTERM stops it with exit code 0 and its running job finishes", async () => {
    const agentKey = newAgent();
    const { child, output } = startProcess(agentKey);
    const go = join(folder, "go");
    const { jobId } = await enqueue(agentKey, { input: { command: `while ! [ -e ${go} ]; do sleep 0.02; done` } });
    await expect.poll(output, SLOW).toContain(`job ${jobId}#1 started`);
    child.kill("SIGTERM");
    await expect.poll(output, SLOW).toContain("stopping: 1 running");
    await writeFile(go, "");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
    expect(await status(jobId)).toBe("completed");
  });
});
