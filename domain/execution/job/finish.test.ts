import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { typesOf, type World, worldWith } from "../../kernel/tx.test-kit.ts";

const START: ClientMutationInput = { type: "job.start", jobId: "a", agentKey: "x" };

function running(more: object = {}): World {
  const world = worldWith();
  world.commit({ type: "job.enqueue", jobId: "a", runId: "r", step: "test", ...more }, START);
  world.now += 40;
  return world;
}

describe("job.complete", () => {
  test("stores the attempt with all that was reported", () => {
    const world = running();
    world.commit({ type: "job.complete", jobId: "a", exitCode: 0, durationMs: 12.5, result: { lines: 3 } });
    const end = { status: "completed", exitCode: 0, durationMs: 12.5, result: { lines: 3 } };
    expect(world.row("job", "a")).toMatchObject({ ...end, leaseToken: null, error: null });
    expect(world.row("attempt", "a#1")).toMatchObject({ ...end, finishedAt: "2026-11-21T12:00:00.040Z" });
    const facts = { jobId: "a", status: "completed", exitCode: 0, durationMs: 12.5, agentKey: "x" };
    expect(world.events.findLast(({ type }) => type === "job.completed")?.payload).toMatchObject(facts);
  });

  test("measures the duration itself when none is reported, and gives the agent one outcome", () => {
    const world = running();
    world.commit({ type: "job.complete", jobId: "a" });
    expect(world.row("attempt", "a#1").durationMs).toBe(40);
    expect(world.all("outcome")).toMatchObject([
      { id: "attempt:a#1", agentKey: "x", success: true, durationMs: 40, taskType: "test" },
    ]);
    expect(world.row("statistics", "x")).toMatchObject({
      total: 1,
      successful: 1,
      failed: 0,
      totalDurationMs: 40,
      timed: 1,
    });
  });

  test.each(["waiting", "queued", "completed"])("is refused on a %s job", (status) => {
    const world = worldWith("z");
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", dependsOn: status === "waiting" ? ["z"] : [] });
    if (status === "completed") world.commit(START, { type: "job.complete", jobId: "a" });
    expect(world.refuse({ type: "job.complete", jobId: "a" }).code).toBe("illegal_transition");
  });
});

describe("job.fail", () => {
  test("goes back to the queue, later and later, until its attempts are used up; it never passes through failed", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", maxAttempts: 3, backoffMs: 1000 });
    const waits: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      world.commit(START, { type: "job.fail", jobId: "a", error: { message: "no", code: "E1" }, exitCode: 1 });
      const { status, runAt } = world.row("job", "a");
      if (status === "queued") waits.push(Date.parse(runAt) - world.now);
      world.now = Math.max(world.now, Date.parse(runAt));
    }
    expect(waits).toEqual([1000, 2000]);
    expect(world.row("job", "a")).toMatchObject({
      status: "failed",
      attempt: 3,
      error: { message: "no", code: "E1" },
      exitCode: 1,
    });
    expect(world.all("attempt").map((attempt) => attempt.status)).toEqual(["failed", "failed", "failed"]);
    const types = typesOf(world.events.filter((event) => event.subject.id === "a"));
    expect(types.filter((type) => type.includes("failed"))).toEqual([
      "job.attempt_failed",
      "job.attempt_failed",
      "job.failed",
    ]);
    expect(world.row("statistics", "x")).toMatchObject({ total: 3, failed: 3 });
  });

  test("ends at once when another try cannot help", () => {
    const world = running({ maxAttempts: 5 });
    world.commit({ type: "job.fail", jobId: "a", error: "no such file", retryable: false });
    expect(world.row("job", "a")).toMatchObject({ status: "failed", attempt: 1 });
  });

  test("waits no longer than an hour between two tries", () => {
    const world = running({ maxAttempts: 100, backoffMs: 3_000_000 });
    world.commit({ type: "job.fail", jobId: "a", error: "no" }, START, { type: "job.fail", jobId: "a", error: "no" });
    expect(Date.parse(world.row("job", "a").runAt) - world.now).toBe(3_600_000);
  });
});

describe("job.timeout", () => {
  test("ends a queued job without an attempt or an outcome", () => {
    const world = worldWith("a");
    world.commit({ type: "job.timeout", jobId: "a" });
    expect(world.row("job", "a")).toMatchObject({ status: "timed_out", error: { code: "queue_timeout" }, attempt: 0 });
    expect([world.all("attempt"), world.all("outcome")]).toEqual([[], []]);
  });

  test("records a running job's attempt as timed out, and tries again if it may", () => {
    const world = running({ maxAttempts: 2, backoffMs: 0 });
    world.commit({ type: "job.timeout", jobId: "a" });
    expect(world.row("job", "a").status).toBe("queued");
    expect(world.row("attempt", "a#1")).toMatchObject({ status: "timed_out", error: { code: "timeout" } });
    world.commit(START, { type: "job.timeout", jobId: "a" });
    expect(world.row("job", "a").status).toBe("timed_out");
  });
});

describe("the clock", () => {
  test("ends the attempt whose lease ran out, and does not take that for a sign of life", () => {
    const world = worldWith("a");
    world.commit({ ...START, leaseMs: 1000 });
    world.now += 999;
    expect(world.due()).toEqual([]);
    world.now += 1;
    world.settle();
    expect(world.row("job", "a")).toMatchObject({ status: "failed", error: { code: "lease_expired" } });
    expect(world.row("agent", "x")).toMatchObject({ busy: 0, lastSeenAt: "2026-11-21T12:00:00.000Z" });
  });

  test("refuses the late result of an expired lease, and of an earlier attempt of the same job", () => {
    const world = worldWith();
    world.commit(
      { type: "job.enqueue", jobId: "a", runId: "r", maxAttempts: 2, backoffMs: 0 },
      { ...START, leaseMs: 1000 },
    );
    const leaseToken = world.row("job", "a").leaseToken ?? "";
    world.now += 1000;
    world.settle();
    expect(world.refuse({ type: "job.complete", jobId: "a", leaseToken }).code).toBe("lease_lost");
    world.commit({ ...START, leaseMs: 1000 });
    expect(world.refuse({ type: "job.fail", jobId: "a", leaseToken, error: "no" }).code).toBe("lease_lost");
    expect(world.refuse({ type: "job.timeout", jobId: "a", leaseToken }).code).toBe("lease_lost");
    expect(world.row("job", "a")).toMatchObject({ status: "running", attempt: 2 });
  });

  test("that comes too early, too late or twice changes nothing", () => {
    const world = worldWith("a");
    world.commit({ ...START, leaseMs: 1000 });
    const expire = { type: "job.expire" as const, jobId: "a", attempt: 1, why: "lease" as const };
    expect(world.apply([expire], "system:clock").events).toEqual([]);
    world.now += 1000;
    world.tick(expire, expire);
    world.commit({ type: "job.retry", jobId: "a" }, { ...START, leaseMs: 1000 });
    world.now += 5000;
    expect(world.apply([expire], "system:clock").events).toEqual([]);
    expect(world.row("job", "a")).toMatchObject({ status: "running", attempt: 2 });
    expect(world.row("statistics", "x").total).toBe(1);
  });
});
