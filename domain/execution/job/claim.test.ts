import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { type World, worldWith } from "../../kernel/tx.test-kit.ts";
import type { Job } from "../contract.ts";

const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  ...more,
});

function claim(world: World, max = 10, more: object = {}): Job[] {
  const [{ jobs }] = world.commit({ type: "job.claim", agentKey: "x", max, leaseMs: 1000, ...more }) as [
    { jobs: Job[] },
  ];
  return jobs;
}
const ids = (jobs: readonly Job[]) => jobs.map((job) => job.id);

describe("job.claim", () => {
  test("gives the highest priority first, then the longest due, up to `max`", () => {
    const world = worldWith();
    world.commit(enqueue("late", { priority: 1 }), enqueue("low"));
    world.now += 10;
    world.commit(enqueue("high", { priority: 9 }), enqueue("later", { priority: 1 }));
    expect(ids(claim(world, 3))).toEqual(["high", "late", "later"]);
    expect(ids(claim(world))).toEqual(["low"]);
    expect(claim(world)).toEqual([]);
  });

  test("not before `runAt`", () => {
    const world = worldWith();
    world.commit(enqueue("j", { runAt: "2026-11-21T13:00:01+01:00" }));
    expect(claim(world)).toEqual([]);
    world.now += 1000;
    expect(ids(claim(world))).toEqual(["j"]);
    expect(world.row("attempt", "j#1")).toMatchObject({ queuedAt: "2026-11-21T12:00:01.000Z" });
  });

  test("only what the agent can do, from the queues it asks for, and what is for it", () => {
    const world = worldWith();
    world.commit(
      { type: "agent.register", agentKey: "x", capabilities: ["rust"] },
      enqueue("plain"),
      enqueue("rust", { capability: "rust" }),
      enqueue("go", { capability: "go" }),
      enqueue("pinned", { agentKey: "y" }),
      enqueue("mine", { agentKey: "x" }),
      enqueue("slow", { queue: "slow" }),
    );
    expect(ids(claim(world, 10, { queues: ["slow"] }))).toEqual(["slow"]);
    expect(ids(claim(world))).toEqual(["mine", "plain", "rust"]);
    expect(ids(claim(world, 10, { capabilities: ["go"] }))).toEqual(["go"]);
  });

  test("starts an attempt under a lease, with a token of its own", () => {
    const world = worldWith("a", "b");
    world.commit(enqueue("c", { timeoutMs: 5000 }));
    const jobs = claim(world);
    expect(new Set(jobs.map((job) => job.leaseToken)).size).toBe(3);
    const until = { leaseExpiresAt: "2026-11-21T12:00:01.000Z", timeoutAt: "2026-11-21T12:00:05.000Z" };
    expect(world.row("job", "c")).toMatchObject({ status: "running", claimedBy: "x", attempt: 1, ...until });
    expect(world.row("agent", "x").busy).toBe(3);
    expect(world.row("run", "r").status).toBe("running");
  });

  test("gives a draining agent nothing, nor one whose breaker is open, and a half-open one its trials", () => {
    const world = worldWith("a", "b", "c");
    const breaker = { windowSize: 1, minimumCalls: 1, permittedTrials: 2, openMs: 1000 };
    world.commit({ type: "agent.register", agentKey: "x", breaker }, { type: "agent.drain", agentKey: "x" });
    expect(claim(world)).toEqual([]);
    world.commit({ type: "agent.register", agentKey: "x" }, { type: "breaker.record", agentKey: "x", success: false });
    expect(claim(world)).toEqual([]);
    world.now += 1000;
    expect(ids(claim(world))).toEqual(["a", "b"]);
    expect(claim(world)).toEqual([]);
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(ids(claim(world))).toEqual(["c"]);
    world.commit({ type: "job.complete", jobId: "b" }, { type: "job.complete", jobId: "c" });
    expect(world.row("breaker", "x")).toMatchObject({ state: "closed", trials: [] });
  });

  test("a claimed trial lasts as long as its lease is kept; one started without lease and time limit fails after an hour", () => {
    const breaker = { windowSize: 1, minimumCalls: 1, permittedTrials: 1, openMs: 1000, trialTimeoutMs: 500 };
    const halfOpen = (...jobIds: string[]) => {
      const world = worldWith(...jobIds);
      world.commit({ type: "agent.register", agentKey: "x", breaker });
      world.commit({ type: "breaker.record", agentKey: "x", success: false });
      world.now += 1000;
      return world;
    };
    const leased = halfOpen("a");
    expect(ids(claim(leased, 1, { leaseMs: 60_000 }))).toEqual(["a"]);
    leased.now += 10_000;
    leased.settle();
    expect(leased.row("breaker", "x")).toMatchObject({ state: "half_open", trials: [{}] });
    leased.commit({ type: "job.complete", jobId: "a" });
    expect(leased.row("breaker", "x").state).toBe("closed");

    const unleased = halfOpen("a");
    unleased.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    unleased.now += 3_600_001;
    unleased.settle();
    expect(unleased.row("breaker", "x")).toMatchObject({ state: "open", openings: 2 });
    unleased.commit({ type: "job.complete", jobId: "a" });
    expect(unleased.row("breaker", "x")).toMatchObject({ state: "open", openings: 2 });
  });

  test("looks further down the queue when others of its batch have taken the top", () => {
    const world = worldWith(...Array.from({ length: 200 }, (_, index) => `j${String(index).padStart(3, "0")}`));
    const claims = Array.from({ length: 100 }, () => ({
      type: "job.claim" as const,
      agentKey: "x",
      max: 2,
      leaseMs: 1000,
    }));
    const got = (world.commit(...claims) as { jobs: Job[] }[]).flatMap(({ jobs }) => ids(jobs));
    expect(got).toEqual(ids(world.all("job")));
  });
});

describe("job.start", () => {
  test("starts the job its orchestrator has chosen, without a lease unless asked", () => {
    const world = worldWith("a", "b");
    world.commit(
      { type: "job.start", jobId: "a", agentKey: "x" },
      { type: "job.start", jobId: "b", agentKey: "x", leaseMs: 500 },
    );
    expect(world.row("job", "a")).toMatchObject({ status: "running", leaseExpiresAt: null });
    expect(world.row("job", "b").leaseExpiresAt).toBe("2026-11-21T12:00:00.500Z");
  });

  test("is refused on a job that is not queued, or is for another agent", () => {
    const world = worldWith("a");
    world.commit(enqueue("b", { dependsOn: ["a"] }), enqueue("c", { agentKey: "y" }));
    expect(world.refuse({ type: "job.start", jobId: "b", agentKey: "x" }).legal).toEqual(["queued", "cancelled"]);
    expect(world.refuse({ type: "job.start", jobId: "c", agentKey: "x" }).code).toBe("not_claimable");
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(world.refuse({ type: "job.start", jobId: "a", agentKey: "x" }).code).toBe("illegal_transition");
  });
});

describe("job.heartbeat", () => {
  const running = () => {
    const world = worldWith("a");
    const leaseToken = claim(world)[0]?.leaseToken ?? "";
    return {
      world,
      beat: (more: object = {}) => world.attempt([{ type: "job.heartbeat", jobId: "a", leaseToken, ...more }]),
    };
  };

  test("reaches the log only with progress, or when under half of the lease is left", () => {
    const { world, beat } = running();
    world.now += 400;
    expect(beat().events).toEqual([]);
    world.now += 200;
    expect(beat().events).toMatchObject([{ type: "job.heartbeat_received" }]);
    expect(world.row("job", "a").leaseExpiresAt).toBe("2026-11-21T12:00:01.600Z");
    expect(beat({ progress: { done: 3 } }).events).toHaveLength(1);
    expect(world.row("job", "a").progress).toEqual({ done: 3 });
  });

  test("keeps the clock away", () => {
    const { world, beat } = running();
    for (let turn = 0; turn < 10; turn += 1) {
      world.now += 600;
      beat();
      world.settle();
    }
    expect(world.row("job", "a")).toMatchObject({ status: "running", attempt: 1 });
  });

  test("with another's token, or after the job has ended, is refused", () => {
    const { world, beat } = running();
    expect(world.refuse({ type: "job.heartbeat", jobId: "a", leaseToken: "guess" }).code).toBe("lease_lost");
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(beat().faults).toMatchObject([{ code: "lease_lost", legal: ["queued"] }]);
  });
});
