import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { World, worldWith } from "../../kernel/tx.test-kit.ts";
import { CASCADE_LIMIT } from "../limits.ts";

const enqueue = (jobId: string, dependsOn: string[] = [], runId = "r"): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId,
  dependsOn,
});
const done = (jobId: string): ClientMutationInput[] => [
  { type: "job.start", jobId, agentKey: "x" },
  { type: "job.complete", jobId },
];
const many = (count: number, of: (index: number) => ClientMutationInput) =>
  Array.from({ length: count }, (_, index) => of(index));
const count = (world: World, status: string) => world.all("job").filter((job) => job.status === status).length;

describe("the end of a job", () => {
  test("releases a dependent with the last that it waits for, in any order", () => {
    const world = worldWith("a", "b");
    world.commit(enqueue("c", ["a", "b"]));
    world.commit(...done("b"));
    expect(world.row("job", "c")).toMatchObject({ status: "waiting", unmet: 1 });
    world.now += 500;
    world.commit(...done("a"));
    const now = "2026-11-21T12:00:00.500Z";
    expect(world.row("job", "c")).toMatchObject({ status: "queued", unmet: 0, queuedAt: now, runAt: now });
  });

  test("keeps a later `runAt` of the one it releases", () => {
    const world = worldWith("a");
    world.commit({ ...enqueue("b", ["a"]), runAt: "2026-11-22T00:00:00Z" } as ClientMutationInput);
    world.commit(...done("a"));
    expect(world.row("job", "b")).toMatchObject({ status: "queued", runAt: "2026-11-22T00:00:00.000Z" });
  });

  test("other than completed cancels what depends on it, down the chain, and says on whose account", () => {
    const world = worldWith("a");
    world.commit(enqueue("b", ["a"]), enqueue("c", ["b"]), enqueue("d", ["c", "a"]));
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "job.fail", jobId: "a", error: "no" });
    for (const id of ["b", "c", "d"])
      expect(world.row("job", id)).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
    const about = world.events.filter(({ type, subject }) => type === "job.cancelled" && subject.id === "b");
    expect(about).toMatchObject([{ payload: { dependency: "a", from: "waiting" } }]);
  });

  test("an attempt that will be tried again cancels nobody", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", maxAttempts: 2 }, enqueue("b", ["a"]));
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "job.fail", jobId: "a", error: "no" });
    expect(world.row("job", "b").status).toBe("waiting");
  });

  test("reaches the jobs of other runs, and ends those that end by themselves", () => {
    const world = worldWith("a");
    world.commit(
      { type: "run.create", runId: "s", workflow: "w", completion: "auto" },
      enqueue("b", ["a"], "s"),
      enqueue("c", ["b"], "s"),
    );
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(world.row("run", "s")).toMatchObject({ status: "failed", jobCounts: { cancelled: 2 } });
  });
});

describe("a cascade longer than its limit", () => {
  const beyond = CASCADE_LIMIT + 120;
  const fan = () => {
    const world = worldWith("a");
    world.commit(...many(beyond, (index) => enqueue(`b${index}`, ["a"])));
    return world;
  };

  test("of releases goes on with the clock", () => {
    const world = fan();
    world.commit(...done("a"));
    expect(count(world, "queued")).toBe(CASCADE_LIMIT);
    world.settle();
    expect(count(world, "queued")).toBe(beyond);
  });

  test("of cancellations goes on with the clock, and the run ends when it is through", () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "w", completion: "auto" }, enqueue("a"));
    world.commit(...many(beyond, (index) => enqueue(`b${index}`, ["a"])));
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(count(world, "cancelled")).toBe(CASCADE_LIMIT + 1);
    expect(world.row("run", "r").status).toBe("pending");
    world.settle();
    expect(count(world, "cancelled")).toBe(beyond + 1);
    expect(world.row("run", "r")).toMatchObject({ status: "failed", jobCounts: { cancelled: beyond + 1, waiting: 0 } });
  });

  test("of a run's end starts nothing meanwhile, brings nothing back to the queue, and takes running jobs too", () => {
    const world = worldWith();
    world.commit(
      ...many(
        beyond,
        (index) => ({ ...enqueue(`j${index}`), maxAttempts: 3, priority: -index }) as ClientMutationInput,
      ),
    );
    world.commit(
      ...many(50, (index) => ({ type: "job.start", jobId: `j${beyond - 1 - index}`, agentKey: "x", leaseMs: 1000 })),
    );
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    const left = `j${CASCADE_LIMIT + 1}`;
    expect(world.row("job", left).status).toBe("queued");
    expect(world.commit({ type: "job.claim", agentKey: "y", max: 10, leaseMs: 1000 })).toEqual([{ jobs: [] }]);
    expect(world.refuse({ type: "job.start", jobId: left, agentKey: "y" }).code).toBe("run_is_final");
    world.commit({ type: "job.fail", jobId: `j${beyond - 1}`, error: "no" });
    expect(world.row("job", `j${beyond - 1}`).status).toBe("failed");
    world.settle();
    expect([count(world, "queued"), count(world, "running")]).toEqual([0, 0]);
    expect(world.row("agent", "x").busy).toBe(0);
  });

  test("that is retried meanwhile is left alone by a clock that comes late", () => {
    const world = worldWith();
    world.commit(...many(beyond, (index) => enqueue(`j${index}`)));
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    const due = world.due();
    world.commit({ type: "run.retry", runId: "r" });
    expect(count(world, "queued")).toBe(beyond);
    world.tick(...due);
    expect(count(world, "queued")).toBe(beyond);
  });

  test("that is as long as ten thousand jobs does not run out of stack", () => {
    const world = worldWith("a");
    for (let from = 0; from < 10_000; from += 1000) {
      world.commit(
        ...many(1000, (index) => enqueue(`b${from + index}`, [from + index ? `b${from + index - 1}` : "a"])),
      );
    }
    world.commit({ type: "job.cancel", jobId: "a" });
    for (let due = world.due(); due.length > 0; due = world.due()) world.tick(...due);
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("run", "r").jobCounts).toMatchObject({ queued: 1, waiting: 10_000 });
  });
});
