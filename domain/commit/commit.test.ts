import { describe, expect, test } from "vitest";
import { World, worldWith } from "../kernel/tx.test-kit.ts";
import { MAX_MUTATIONS, parseCommit } from "./commit.ts";

const run = (runId: string) => ({ type: "run.create" as const, runId, workflow: "w" });

describe("parseCommit", () => {
  test("reports every fault of every mutation at once, by index and path", () => {
    const parsed = parseCommit({
      mutations: [
        run("ok"),
        { type: "run.create", runId: "bad id", extra: 1 },
        { type: "nope" },
        7,
        { type: "__proto__" },
      ],
    });
    const faults = "faults" in parsed ? parsed.faults : [];
    expect(faults.map(({ index, path }) => [index, path])).toEqual([
      [1, "runId"],
      [1, "workflow"],
      [1, ""],
      [2, "type"],
      [3, "type"],
      [4, "type"],
    ]);
    expect(faults[2]?.message).toContain("extra");
  });

  test.each([
    [null],
    [[]],
    ["x"],
    [{}],
    [{ mutations: [] }],
    [{ mutations: [run("a")], more: 1 }],
    [{ mutations: "x" }],
    [{ mutations: [run("a")], expect: { r: -1 } }],
  ])("refuses %j as a whole", (body) => {
    const parsed = parseCommit(body);
    expect("faults" in parsed && parsed.faults[0]).toMatchObject({ index: -1, type: null });
  });

  test("takes a thousand mutations and no more", () => {
    const mutations = Array.from({ length: MAX_MUTATIONS + 1 }, (_, index) => run(`r${index}`));
    expect(parseCommit({ mutations: mutations.slice(1) })).toHaveProperty("commit");
    expect(parseCommit({ mutations })).toHaveProperty("faults");
  });

  test("does not let clients say what only the clock may", () => {
    for (const type of ["run.timeout", "job.expire", "job.settle", "breaker.tick", "alert.ack_expire", "toString"]) {
      expect(parseCommit({ mutations: [{ type, jobId: "j" }] })).toMatchObject({ faults: [{ code: "unknown_type" }] });
    }
  });
});

describe("a commit", () => {
  test("with any fault changes nothing and reports them all; after one it goes on as if that were absent", () => {
    const world = new World();
    const { faults } = world.attempt([
      run("a"),
      { type: "run.transition", runId: "b", to: "running" },
      run("a"),
      { type: "run.transition", runId: "a", to: "completed" },
      { type: "run.transition", runId: "a", to: "running" },
      { type: "run.transition", runId: "a", to: "pending" },
    ]);
    expect(faults.map(({ index, code }) => [index, code])).toEqual([
      [1, "not_found"],
      [2, "already_exists"],
      [3, "illegal_transition"],
      [5, "illegal_transition"],
    ]);
    expect(faults[2]?.legal).toEqual(["running", "cancelled", "failed"]);
    expect([world.rows.size, world.events.length]).toEqual([0, 0]);
  });

  test("a mutation that is refused half-way is taken back whole", () => {
    const world = worldWith("a");
    const { faults } = world.attempt([
      { type: "job.enqueue", jobId: "b", runId: "r", workstreamId: "w" },
      { type: "breaker.override", agentKey: "none", state: "disabled", reason: "so" },
    ]);
    expect(faults).toMatchObject([{ index: 1 }]);
    expect(world.get("job", "b")).toBeUndefined();
  });

  test("on a run that has moved on, or is not there, is refused", () => {
    const world = worldWith();
    const move = { type: "run.transition" as const, runId: "r", to: "running" as const };
    expect(world.attempt([move], { r: 2 }).faults).toMatchObject([
      { index: -1, code: "stale_version", path: "expect.r" },
    ]);
    expect(world.attempt([move], { gone: 1 }).faults).toMatchObject([{ code: "stale_version" }]);
    expect(world.attempt([move], { r: 1 }).faults).toEqual([]);
    expect(world.attempt([move], { r: 1 }).faults).toMatchObject([
      { code: "stale_version" },
      { code: "illegal_transition" },
    ]);
  });

  test("raises a row's version once, however often it is touched in it; a run's counts its moves", () => {
    const world = worldWith("a", "b", "c");
    expect(world.row("workstream", "w").version).toBe(1);
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "job.start", jobId: "b", agentKey: "x" });
    expect(world.row("workstream", "w").version).toBe(2);
    world.commit(
      { type: "run.transition", runId: "r", to: "blocked" },
      { type: "run.transition", runId: "r", to: "running" },
    );
    expect(world.row("run", "r").version).toBe(4);
  });
});
