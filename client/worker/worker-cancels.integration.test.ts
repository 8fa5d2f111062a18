import { expect, test } from "vitest";
import { SwitchyardError } from "../core/problem.ts";
import type { Client } from "../types.ts";
import { dies, enqueue, folder, getJob, lines, newAgent, pidIn, SLOW, server, setUp, work } from "./worker.test-kit.ts";

setUp();

const unreachable = () => new SwitchyardError(0, "network", "the cable is cut");

async function running(agentKey: string, name = "pid") {
  const command = `echo $$ > ${name}; exec sleep 1000`;
  const job = await enqueue(agentKey, { input: { command, cwd: folder }, maxAttempts: 3 });
  return { ...job, pid: await pidIn(name) };
}

test("a cancelled job's command is killed because the log says so, without waiting for a heartbeat", async () => {
  const agentKey = newAgent();
  let seen = false;
  const client: Client = {
    ...server.client,
    async *tail(options) {
      for await (const event of server.client.tail(options)) {
        seen = true;
        yield event;
      }
    },
    // No heartbeat gets through before the event has arrived.
    heartbeat: (...call) => (seen ? server.client.heartbeat(...call) : Promise.reject(unreachable())),
  };
  work(agentKey, { client, leaseMs: 3_600_000 });
  const { jobId, pid } = await running(agentKey);
  await server.client.commit([{ type: "job.cancel", jobId, reason: "not needed" }]);
  await dies(pid);
  await expect.poll(() => lines.join("\n"), SLOW).toContain("the job is cancelled");
  const job = await getJob(jobId);
  expect(job).toMatchObject({ status: "cancelled", result: null });
  const { items } = await server.client.listEvents({ subject: `job:${jobId}`, type: "job.*" });
  expect(items.at(-1)?.type).toBe("job.cancelled");
});

test("without the log the next heartbeat finds a cancelled job", async () => {
  const agentKey = newAgent();
  const client: Client = {
    ...server.client,
    // biome-ignore lint/correctness/useYield: it never gets as far.
    async *tail() {
      throw unreachable();
    },
  };
  work(agentKey, { client, leaseMs: 1_500 });
  const { jobId, pid } = await running(agentKey);
  await server.client.commit([{ type: "job.cancel", jobId }]);
  await dies(pid);
  expect(await getJob(jobId)).toMatchObject({ status: "cancelled", result: null });
  expect(lines.join("\n")).toContain("cancellations are seen with heartbeats only");
});

test("a cancelled run takes the commands of all its jobs with it", async () => {
  const agentKey = newAgent();
  work(agentKey, { slots: 2 });
  const jobs = ["a", "b"].map((name) => ({ input: { command: `echo $$ > ${name}; exec sleep 1000`, cwd: folder } }));
  const { runId } = await enqueue(agentKey, ...jobs);
  const pids = await Promise.all([pidIn("a"), pidIn("b")]);
  await server.client.commit([{ type: "run.transition", runId, to: "cancelled" }]);
  for (const pid of pids) await dies(pid);
});

test("after a restart of the server cancellations arrive again", async () => {
  const agentKey = newAgent();
  work(agentKey);
  const { jobId, pid } = await running(agentKey);
  await server.stop();
  await expect.poll(() => lines.join("\n"), SLOW).toContain("cancellations are seen with heartbeats only");
  await server.start();
  await expect.poll(() => lines.join("\n"), SLOW).toContain("follows cancellations again");
  await server.client.commit([{ type: "job.cancel", jobId }]);
  await dies(pid);
});
