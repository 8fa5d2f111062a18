import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createClient } from "../client.ts";
import { layCable, type Network } from "../network.test-kit.ts";
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
  pidIn,
  SLOW,
  server,
  setUp,
  startProcess,
  status,
  work,
} from "./worker.test-kit.ts";

setUp();

const cables: Network[] = [];
afterEach(() => Promise.all(cables.splice(0).map((cable) => cable.close())));

const TWICE = { maxAttempts: 2, backoffMs: 1 };

async function expectTwoAttempts(jobId: string) {
  await becomes(jobId, "completed");
  const job = await getJob(jobId);
  expect(job.attempts.map((attempt) => [attempt.status, attempt.error?.code, attempt.exitCode])).toEqual([
    ["failed", "lease_expired", null],
    ["completed", undefined, 0],
  ]);
  expect(job.result).toMatchObject({ output: "attempt 2\n" });
  expect(await happened(jobId, "job.completed")).toBe(1);
}

test("a worker that is killed takes its command with it, and the job returns when its lease runs out", async () => {
  const agentKey = newAgent();
  const killed = startProcess(agentKey, "--lease-ms", "1500");
  const { jobId } = await enqueue(agentKey, { input: exclusively(), ...TWICE });
  const pid = await pidIn("pid1");
  killed.child.kill("SIGKILL");
  await dies(pid);
  work(agentKey);
  await expectTwoAttempts(jobId);
});

test("the command of a worker that hangs past its lease dies before the job runs again, and its late result is refused", async () => {
  const agentKey = newAgent();
  const frozen = startProcess(agentKey, "--lease-ms", "1500");
  const { jobId } = await enqueue(agentKey, { input: exclusively(), ...TWICE });
  const pid = await pidIn("pid1");
  frozen.child.kill("SIGSTOP");
  work(agentKey);
  await expectTwoAttempts(jobId);
  await dies(pid);
  frozen.child.kill("SIGCONT");
  await expect.poll(frozen.output, SLOW).toMatch(/result dropped|dropped after/);
  await expectTwoAttempts(jobId);
});

test("cut off from the server, a worker ends its work before its lease runs out, and works on when it is back", async () => {
  const agentKey = newAgent();
  const cable = await layCable(server.url);
  cables.push(cable);
  const { jobId } = await enqueue(agentKey, { input: exclusively(), ...TWICE });
  work(agentKey, { client: createClient({ url: cable.url, key: server.key }), leaseMs: 1_500 });
  const pid = await pidIn("pid1");
  cable.cut();
  await dies(pid);
  await expect.poll(() => lines.join("\n"), SLOW).toContain("has run out while the server could not be reached");
  const other = work(agentKey);
  await expectTwoAttempts(jobId);
  other.stop(0);
  await other.done;
  cable.mend();
  const next = await enqueue(agentKey, { input: { argv: ["true"] } });
  await becomes(next.jobId, "completed");
});

/** A client whose claims can be tampered with once they have yielded jobs. */
function clientWith(onJobs: (answer: Response, init: RequestInit | undefined) => Promise<Response>) {
  const { url, key } = server;
  let done = false;
  const tampered: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (done || !String(input).endsWith("/jobs/claim") || !answer.ok) return answer;
    const { jobs } = (await answer.clone().json()) as { jobs: unknown[] };
    if (jobs.length === 0) return answer;
    done = true;
    return onJobs(answer, init);
  };
  return createClient({ url, key, fetch: tampered });
}

test("a job whose claim was answered into the void, the server gone too, is run by who had asked, in its first attempt", async () => {
  const agentKey = newAgent();
  const client = clientWith(async () => {
    await server.stop();
    await server.start();
    throw new TypeError("fetch failed");
  });
  work(agentKey, { client });
  await expect.poll(() => lines.join("\n"), SLOW).toContain("ready");
  const { jobId } = await enqueue(agentKey, { input: { argv: ["true"] } });
  await becomes(jobId, "completed");
  expect(await getJob(jobId)).toMatchObject({ attempt: 1, maxAttempts: 1 });
});

test("a worker asked to stop while the server gives it a job runs that one too", async () => {
  const agentKey = newAgent();
  const client = clientWith(async (_answer, init) => {
    worker.stop(60_000);
    throw init?.signal?.reason;
  });
  const worker = work(agentKey, { client });
  const { jobId } = await enqueue(agentKey, { input: { argv: ["true"] } });
  await worker.done;
  expect(await getJob(jobId)).toMatchObject({ status: "completed", attempt: 1 });
});

test("nothing is started for a claim whose answer took longer than the lease", async () => {
  const agentKey = newAgent();
  const begun = join(folder, "begun");
  const client = clientWith(async (answer) => {
    await becomes(jobId, "queued");
    return answer;
  });
  const { jobId } = await enqueue(agentKey, { input: { argv: ["touch", begun] }, maxAttempts: 2, backoffMs: 60_000 });
  work(agentKey, { client, leaseMs: 1_000 });
  await expect.poll(() => lines.join("\n"), SLOW).toContain("its lease was lost");
  expect(await exists(begun)).toBe(false);
  expect(await status(jobId)).toBe("queued");
});
