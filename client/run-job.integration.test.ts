import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";

let server: RealServer;
beforeAll(async () => {
  server = await startRealServer();
});
afterAll(() => server.close());

/** A run with one queued job; answers their ids. */
async function newJob(fields: { timeoutMs?: number; maxAttempts?: number } = {}) {
  const runId = `run-${randomUUID()}`;
  const jobId = `${runId}.job`;
  const agentKey = `agent-${randomUUID()}`;
  await server.client.commit([
    { type: "run.create", runId, workflow: "test" },
    { type: "job.enqueue", jobId, runId, step: "work", ...fields },
  ]);
  return { runId, jobId, agentKey };
}

describe("commits against the real server", () => {
  test("one Idempotency-Key yields one receipt", async () => {
    const idempotencyKey = randomUUID();
    const runId = `run-${randomUUID()}`;
    const send = () => server.client.commit([{ type: "run.create", runId, workflow: "test" }], { idempotencyKey });
    const [first, second] = [await send(), await send()];
    expect(second).toEqual(first);
    await expect(
      server.client.commit([{ type: "run.create", runId: "other", workflow: "x" }], { idempotencyKey }),
    ).rejects.toMatchObject({
      status: 422,
    });
  });

  test("all faults of a refused commit come as one typed error, and nothing is stored", async () => {
    const runId = `run-${randomUUID()}`;
    const buffer = server.client.buffer();
    buffer.add({ type: "run.create", runId, workflow: "test" });
    buffer.add(
      { type: "job.enqueue", jobId: "j1", runId: "missing-1" },
      { type: "job.enqueue", jobId: "j2", runId: "missing-2" },
    );
    const error = await buffer.commit().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 422, retryable: false });
    expect(
      (error as { errors: { index: number; code: string }[] }).errors.map(({ index, code }) => [index, code]),
    ).toEqual([
      [1, "not_found"],
      [2, "not_found"],
    ]);
    await expect(server.client.getRun(runId)).rejects.toMatchObject({ status: 404, code: "not_found" });
    expect(buffer.rollback()).toBe(3);
  });

  test("a commit on a run that has moved on is refused with 409", async () => {
    const { runId } = await newJob();
    const stale = server.client.commit([{ type: "run.transition", runId, to: "running" }], { expect: { [runId]: 7 } });
    await expect(stale).rejects.toMatchObject({ status: 409 });
  });

  test("a wrong key is reported at once", async () => {
    const { createClient } = await import("./client.ts");
    await expect(createClient({ url: server.url, key: "sy_wrong" }).listRuns()).rejects.toMatchObject({ status: 401 });
  });
});

describe("runJob", () => {
  test("marks the job running before the work, stores the result after, answers the final job", async () => {
    const { jobId, agentKey, runId } = await newJob();
    const seen: string[] = [];
    const job = await server.client.runJob({ jobId, agentKey }, async (started, { attempt }) => {
      seen.push(started.status, (await server.client.getJob(jobId)).status, String(attempt));
      return { answer: 42 };
    });
    expect(seen).toEqual(["running", "running", "1"]);
    expect(job).toMatchObject({ jobId, status: "completed", result: { answer: 42 }, attempt: 1 });
    expect(job.attempts).toMatchObject([{ number: 1, status: "completed", agentKey, result: { answer: 42 } }]);
    expect(job.durationMs).toBeGreaterThanOrEqual(0);
    expect((await server.client.getRun(runId)).status).toBe("running");
  });

  test("stores the failure of work that throws", async () => {
    const { jobId, agentKey } = await newJob();
    const job = await server.client.runJob({ jobId, agentKey }, () => {
      throw Object.assign(new Error("the disk\0 is full"), { code: "ENOSPC" });
    });
    expect(job).toMatchObject({ status: "failed", error: { message: "the disk\uFFFD is full", code: "ENOSPC" } });
  });

  test("a failure is tried again while there are attempts, unless the error forbids it", async () => {
    const first = await newJob({ maxAttempts: 2 });
    const fail = () => Promise.reject(new Error("no"));
    expect(await server.client.runJob(first, fail)).toMatchObject({ status: "queued", attempt: 1 });
    const second = await newJob({ maxAttempts: 2 });
    const failForGood = () => Promise.reject(Object.assign(new Error("no"), { retryable: false }));
    expect(await server.client.runJob(second, failForGood)).toMatchObject({ status: "failed", attempt: 1 });
  });

  test("a job that was started already is refused", async () => {
    const { jobId, agentKey } = await newJob();
    await server.client.runJob({ jobId, agentKey }, () => null);
    await expect(server.client.runJob({ jobId, agentKey }, () => null)).rejects.toMatchObject({
      errors: [{ code: "illegal_transition" }],
    });
  });

  test("work that outlasts the job's time is stopped and reported as timed out", async () => {
    const { jobId, agentKey } = await newJob({ timeoutMs: 100 });
    let stopped = false;
    const job = await server.client.runJob({ jobId, agentKey }, (_job, { signal }) => {
      signal.addEventListener("abort", () => {
        stopped = true;
      });
      return new Promise(() => undefined);
    });
    expect(job).toMatchObject({ status: "timed_out", attempt: 1 });
    expect(stopped).toBe(true);
  });

  test("an abort by the caller fails the job, to be tried again", async () => {
    const { jobId, agentKey } = await newJob({ maxAttempts: 2 });
    const controller = new AbortController();
    const job = await server.client.runJob({ jobId, agentKey, signal: controller.signal }, () => {
      controller.abort(new Error("shutting down"));
      return new Promise(() => undefined);
    });
    expect(job).toMatchObject({ status: "queued", error: { message: "shutting down" } });
  });

  test("progress reaches the job while it runs, and beats keep a short lease", async () => {
    const { jobId, agentKey } = await newJob();
    const job = await server.client.runJob({ jobId, agentKey, leaseMs: 1_500 }, async (_job, { progress }) => {
      progress({ done: 1, of: 3 });
      await expect.poll(async () => (await server.client.getJob(jobId)).progress).toEqual({ done: 1, of: 3 });
      const firstLease = (await server.client.getJob(jobId)).leaseExpiresAt;
      await expect.poll(async () => (await server.client.getJob(jobId)).leaseExpiresAt).not.toBe(firstLease);
      return "done";
    });
    expect(job).toMatchObject({ status: "completed", result: "done", attempt: 1 });
  });

  test("a job that is cancelled while it runs stops its work, and the late result is refused", async () => {
    const { jobId, agentKey } = await newJob();
    const running = server.client.runJob({ jobId, agentKey, leaseMs: 1_500 }, async (_job, { signal }) => {
      await server.client.commit([{ type: "job.cancel", jobId, reason: "not needed" }]);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "too late";
    });
    await expect(running).rejects.toMatchObject({ errors: [{ code: "lease_lost" }] });
    expect(await server.client.getJob(jobId)).toMatchObject({
      status: "cancelled",
      reason: "not needed",
      result: null,
    });
  });
});
