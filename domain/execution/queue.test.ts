import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { typesOf, World, worldWith } from "../kernel/tx.test-kit.ts";
import type { Job } from "./contract.ts";
import { NO_JOBS } from "./contract.ts";

const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  queue: "q",
  ...more,
});
const configure = (more: object = {}): ClientMutationInput => ({ type: "queue.configure", queue: "q", ...more });
const claimOf = (max: number, more: object = {}): ClientMutationInput => ({
  type: "job.claim",
  agentKey: "x",
  max,
  leaseMs: 1000,
  ...more,
});
const ids = (result: unknown) => (result as { jobs: Job[] }).jobs.map((job) => job.id);
const claim = (world: World, max = 10, more: object = {}) => ids(world.commit(claimOf(max, more))[0]);

/** A world with this many jobs in queue `q`. */
function queued(count: number): World {
  const world = worldWith();
  for (let n = 0; n < count; n += 1) world.commit(enqueue(`j${n}`));
  return world;
}

describe("queue.configure", () => {
  test("makes a queue, changes one, and says what has changed", () => {
    const world = new World();
    world.commit(configure({ concurrency: 3, capacity: 100 }));
    expect(world.row("queue", "q")).toMatchObject({ concurrency: 3, capacity: 100, paused: false, jobCounts: NO_JOBS });
    world.commit(configure({ paused: true, reason: "repairs" }));
    expect(world.row("queue", "q")).toMatchObject({ concurrency: 3, paused: true, pauseReason: "repairs" });
    world.commit(configure({ concurrency: null, paused: false }));
    expect(world.row("queue", "q")).toMatchObject({
      concurrency: null,
      capacity: 100,
      paused: false,
      pauseReason: null,
    });
    expect(typesOf(world.events)).toEqual(["queue.configured", "queue.paused", "queue.configured", "queue.resumed"]);
    expect(world.events[1]).toMatchObject({ subject: { kind: "queue", id: "q" }, payload: { reason: "repairs" } });
  });

  test("changes nothing when it says what is so already", () => {
    const world = new World();
    world.commit(configure());
    const { version } = world.row("queue", "q");
    world.commit(configure({ paused: false, concurrency: null }));
    expect(world.row("queue", "q").version).toBe(version);
    expect(world.events).toHaveLength(1);
    world.commit(configure({ paused: true, reason: "a" }), configure({ paused: true }));
    expect(world.row("queue", "q").pauseReason).toBe("a");
    world.commit(configure({ reason: "b" }));
    expect(world.row("queue", "q").pauseReason).toBe("b");
    expect(typesOf(world.events)).toEqual(["queue.configured", "queue.paused", "queue.paused"]);
  });
});

describe("a queue's jobs", () => {
  test("make the queue with the first of them, and are counted through all their moves, with no event of the queue's own", () => {
    const world = queued(2);
    world.commit(enqueue("child", { dependsOn: ["j0"] }), enqueue("other", { queue: "elsewhere" }));
    expect(world.row("queue", "q").jobCounts).toEqual({ ...NO_JOBS, queued: 2, waiting: 1 });
    claim(world, 2, { queues: ["q"] });
    expect(world.row("queue", "q").jobCounts).toEqual({ ...NO_JOBS, running: 2, waiting: 1 });
    world.commit({ type: "job.complete", jobId: "j0" }, { type: "job.fail", jobId: "j1", error: "no" });
    expect(world.row("queue", "q").jobCounts).toEqual({ ...NO_JOBS, queued: 1, completed: 1, failed: 1 });
    expect(world.row("queue", "elsewhere").jobCounts).toEqual({ ...NO_JOBS, queued: 1 });
    expect(typesOf(world.events).filter((type) => type.startsWith("queue."))).toEqual([]);
  });

  test("never run more at once by claims than the queue's concurrency, from any worker", () => {
    const world = queued(6);
    world.commit(configure({ concurrency: 2 }));
    expect(claim(world, 1)).toEqual(["j0"]);
    expect(claim(world, 5, { agentKey: "y" })).toEqual(["j1"]);
    expect(claim(world)).toEqual([]);
    world.commit({ type: "job.complete", jobId: "j0" });
    expect(claim(world)).toEqual(["j2"]);
    world.commit(configure({ concurrency: 4 }));
    expect(claim(world)).toEqual(["j3", "j4"]);
    world.commit(configure({ concurrency: 1 }), { type: "job.complete", jobId: "j1" });
    expect(claim(world)).toEqual([]);
  });

  test("several claims in one commit hold to it together, and see what was given back before them", () => {
    const world = queued(6);
    world.commit(configure({ concurrency: 3 }));
    const results = world.commit(
      claimOf(2),
      claimOf(2, { agentKey: "y" }),
      claimOf(2),
      { type: "job.complete", jobId: "j0" },
      claimOf(2),
    );
    expect([results[0], results[1], results[2], results[4]].map(ids)).toEqual([["j0", "j1"], ["j2"], [], ["j3"]]);
  });

  test("a queue that was full or paused gives as soon as the commit before the claim, or the claim's own, says so", () => {
    const world = queued(3);
    world.commit(configure({ paused: true }));
    expect(ids(world.commit(configure({ paused: false, concurrency: 1 }), claimOf(5))[1])).toEqual(["j0"]);
    expect(ids(world.commit(configure({ concurrency: 2 }), claimOf(5))[1])).toEqual(["j1"]);
    expect(ids(world.commit({ type: "job.complete", jobId: "j0" }, claimOf(5))[1])).toEqual(["j2"]);
  });

  test("of a paused queue are not claimed, though those that run go on", () => {
    const world = queued(2);
    expect(claim(world, 1)).toEqual(["j0"]);
    world.commit(configure({ paused: true }));
    expect(claim(world)).toEqual([]);
    world.commit({ type: "job.complete", jobId: "j0" });
    expect(claim(world)).toEqual([]);
    world.commit(configure({ paused: false }));
    expect(claim(world)).toEqual(["j1"]);
  });

  test("that wait in a full or paused queue hide nothing in the queues behind, however many and urgent they are", () => {
    const world = worldWith();
    const many = (prefix: string, count: number, more: object) => {
      for (let from = 0; from < count; from += 1000)
        world.commit(...Array.from({ length: 1000 }, (_, n) => enqueue(`${prefix}${from + n}`, more)));
    };
    many("a", 2000, { priority: 9 });
    many("b", 2000, { priority: 8, queue: "paused" });
    world.commit(configure({ concurrency: 2 }), enqueue("z", { queue: "open" }), {
      type: "queue.configure",
      queue: "paused",
      paused: true,
    });
    expect(claim(world, 5)).toEqual(["a0", "a1", "z"]);
  });

  test("are started by name though the queue is paused or full, and count", () => {
    const world = queued(3);
    world.commit(configure({ paused: true, concurrency: 1 }));
    world.commit(
      { type: "job.start", jobId: "j0", agentKey: "x" },
      { type: "job.start", jobId: "j1", agentKey: "x" },
      configure({ paused: false, concurrency: 2 }),
    );
    expect(claim(world)).toEqual([]);
  });
});

describe("an agent's capacity", () => {
  test("bounds its claims once it is stated, over all its jobs", () => {
    const world = queued(6);
    expect(claim(world, 2)).toEqual(["j0", "j1"]);
    world.commit({ type: "agent.register", agentKey: "x", capabilities: ["any"] });
    expect(claim(world, 1)).toEqual(["j2"]);
    world.commit({ type: "agent.register", agentKey: "x", capacity: 4 });
    expect(claim(world, 3)).toEqual(["j3"]);
    expect(claim(world)).toEqual([]);
    world.commit({ type: "agent.register", agentKey: "x", displayName: "X" });
    expect(claim(world)).toEqual([]);
    world.commit({ type: "job.complete", jobId: "j0" });
    expect(claim(world)).toEqual(["j4"]);
  });

  test("is no bound to an orchestrator that starts a job by name", () => {
    const world = queued(1);
    world.commit({ type: "agent.register", agentKey: "x", capacity: 0 });
    expect(claim(world)).toEqual([]);
    world.commit({ type: "job.start", jobId: "j0", agentKey: "x" });
    expect(world.row("agent", "x").busy).toBe(1);
  });
});
