import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import type { Waiting } from "../../../domain/execution/waiting-answers.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const agent = fc.record({
  capabilities: fc.subarray(["a", "b"]),
  capacity: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  drains: fc.boolean(),
  forced: fc.boolean(),
});
const queue = fc.record({
  paused: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 4, arbitrary: fc.constant(false) }),
  concurrency: fc.option(fc.integer({ min: 1, max: 2 }), { nil: null }),
});
const job = fc.record({
  queue: fc.nat(1),
  priority: fc.integer({ min: -1, max: 1 }),
  later: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 6, arbitrary: fc.constant(false) }),
  dueMs: fc.nat(3),
  capability: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
  pinned: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(2) }),
  started: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(2) }),
});
const scenario = fc.record({
  agents: fc.array(agent, { minLength: 1, maxLength: 3 }),
  queues: fc.tuple(queue, queue),
  jobs: fc.array(job, { minLength: 1, maxLength: 9 }),
  chosen: fc.nat(),
});

let round = 0;

/** Makes the scenario real under names of its own. */
async function build({ agents, queues, jobs }: typeof scenario extends fc.Arbitrary<infer S> ? S : never) {
  round += 1;
  const run = `why-${round}`;
  const [a, q, j] = [(at: number) => `${run}.a${at}`, (at: number) => `${run}.q${at}`, (at: number) => `${run}.j${at}`];
  const base = Date.now() - 60_000;
  const made: ClientMutationInput[] = [{ type: "run.create", runId: run, workflow: "w" }];
  for (const [at, { capabilities, capacity }] of agents.entries()) {
    made.push({ type: "agent.register", agentKey: a(at), capabilities, ...(capacity !== undefined && { capacity }) });
  }
  for (const [at, one] of jobs.entries()) {
    const { capability, priority, later, dueMs, pinned } = one;
    made.push({
      type: "job.enqueue",
      jobId: j(at),
      runId: run,
      queue: q(one.queue),
      priority,
      runAt: new Date(later ? Date.now() + 3_600_000 : base + dueMs).toISOString(),
      ...(capability && { capability }),
      ...(pinned !== undefined && agents[pinned] && { agentKey: a(pinned) }),
    });
  }
  for (const [at, { started, pinned }] of jobs.entries()) {
    const by = pinned !== undefined && agents[pinned] ? pinned : started;
    if (started !== undefined && by !== undefined && agents[by])
      made.push({ type: "job.start", jobId: j(at), agentKey: a(by) });
  }
  for (const [at, one] of queues.entries()) made.push({ type: "queue.configure", queue: q(at), ...one });
  for (const [at, { drains, forced }] of agents.entries()) {
    if (forced) made.push({ type: "breaker.override", agentKey: a(at), state: "forced_open", reason: "property" });
    if (drains) made.push({ type: "agent.drain", agentKey: a(at) });
  }
  await api.me.commit(...made);
  const agentKeys = agents.map((_, at) => a(at));
  /** Nobody of this scenario can take anything of the next. */
  const clear = () =>
    api.me.commit(...agentKeys.map((agentKey): ClientMutationInput => ({ type: "agent.drain", agentKey })), {
      type: "run.transition",
      runId: run,
      to: "cancelled",
    });
  return { agentKeys, j, clear };
}

const claim = async (agentKey: string, queues: string[], max = 1) => {
  const { status, body } = await api.me.post("/jobs/claim", { agentKey, queues, max, leaseMs: 60_000 });
  expect(status).toBe(200);
  return body.jobs as unknown as { jobId: string; leaseToken: string }[];
};

test("a job waits for exactly what is listed: what holds keeps every claim from it, and so many claims take others first", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (drawn) => {
      const { agentKeys, j, clear } = await build(drawn);
      const jobId = j(drawn.chosen % drawn.jobs.length);
      const { queue: inQueue, status } = (await api.me.get(`/jobs/${jobId}`)).body as unknown as {
        queue: string;
        status: string;
      };
      const { reasons } = (await api.me.get(`/jobs/${jobId}/why`)).body as unknown as Waiting;
      if (status === "running") expect(reasons).toEqual([]);
      else {
        const codes = reasons.map(({ code }) => code);
        const holding = reasons.filter(({ holds, code }) => holds && code !== "priority");
        if (holding.length > 0) {
          for (const agentKey of agentKeys) {
            const taken = await claim(agentKey, [inQueue], 100);
            expect({ codes, taken: taken.map((one) => one.jobId) }).not.toMatchObject({
              taken: expect.arrayContaining([jobId]),
            });
          }
        } else {
          const place = reasons.find(({ code }) => code === "priority" || code === "next");
          expect(codes.filter((code) => code !== "agents_silent")).toEqual([place?.code]);
          const [agentKey = ""] = place?.agents ?? [];
          const listed = place?.before;
          let before = 0;
          for (;;) {
            const [first] = await claim(agentKey, [inQueue]);
            if (first?.jobId === jobId) break;
            expect(first, `after ${before} claims by ${agentKey}, ${listed} were listed`).toBeDefined();
            before += 1;
            await api.me.post(`/jobs/${first?.jobId}/complete`, { leaseToken: first?.leaseToken });
          }
          expect(before).toBe(listed);
        }
      }
      await clear();
    }),
    { numRuns: tries(60) },
  );
}, 120_000);
