import { describe, expect, it } from "vitest";
import type { Live } from "../../../live/rows.ts";
import { aJob, anAttempt, at, aWorkstream, time } from "./engine.test-kit.ts";
import { buildModel, flatten, jobLabel, latestTime, type TimelineModel } from "./model.ts";

const none = new Set<string>();
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);

describe("the timeline's rows", () => {
  it("are listed under their workstreams, oldest first, jobs without one last", () => {
    const workstreams = [aWorkstream("late", { createdAt: at(5) }), aWorkstream("early")];
    const jobs = [aJob("x"), aJob("l1", { workstreamId: "late" }), aJob("e1", { workstreamId: "early" })];
    const rows = flatten(buildModel({ workstreams, jobs, attempts: [], trials: none }), none);
    expect(ids(rows)).toEqual(["early", "e1", "late", "l1", "#none", "x"]);
  });

  it("have no header when the run has no workstreams", () => {
    const model = buildModel({ workstreams: [], jobs: [aJob("a")], attempts: [], trials: none });
    expect(ids(flatten(model, none))).toEqual(["a"]);
  });

  it("hide the jobs of a collapsed group", () => {
    const input = {
      workstreams: [aWorkstream("w")],
      jobs: [aJob("a", { workstreamId: "w" })],
      attempts: [],
      trials: none,
    };
    expect(ids(flatten(buildModel(input), new Set(["w"])))).toEqual(["w"]);
  });

  it("put a job after what it depends on, numbers in ids in numeric order, for any order of arrival", () => {
    const jobs = [
      aJob("job-10"),
      aJob("deploy", { dependsOn: ["test"] }),
      aJob("job-9"),
      aJob("test", { dependsOn: ["job-9"] }),
    ];
    const order = (list: typeof jobs) =>
      ids(flatten(buildModel({ workstreams: [], jobs: list, attempts: [], trials: none }), none));
    expect(order(jobs)).toEqual(["job-9", "job-10", "test", "deploy"]);
    expect(order([...jobs].reverse())).toEqual(order(jobs));
  });

  it("stay the same objects while their job does not change", () => {
    const jobs = [aJob("a"), aJob("b")];
    const before = buildModel({ workstreams: [], jobs, attempts: [], trials: none });
    const changed = [aJob("a"), aJob("b", { seq: 2, status: "running", startedAt: at(1), attempt: 1 })];
    const after = buildModel({ workstreams: [], jobs: changed, attempts: [anAttempt("b", 1)], trials: none }, before);
    expect(after.rows.get("a")).toBe(before.rows.get("a"));
    expect(after.rows.get("b")).not.toBe(before.rows.get("b"));
    const withTrial = buildModel(
      { workstreams: [], jobs: changed, attempts: [anAttempt("b", 1)], trials: new Set(["b#1"]) },
      after,
    );
    expect(withTrial.rows.get("b")?.segments.at(-1)?.trial).toBe(true);
  });

  it("show a click's effect and its undo, though both have the position of the base row", () => {
    const model = (jobs: Live<"job">[], before?: TimelineModel) =>
      buildModel({ workstreams: [], jobs, attempts: [], trials: none }, before);
    const statusIn = (shown: TimelineModel) => shown.rows.get("a")?.job.status;
    const before = model([aJob("a")]);
    const clicked = model([{ ...aJob("a", { status: "cancelled" }), pending: true }], before);
    expect(statusIn(clicked)).toBe("cancelled");
    expect(statusIn(model([aJob("a")], clicked))).toBe(statusIn(before));
    const settled = model([{ ...aJob("a", { status: "cancelled" }), pending: false }], clicked);
    expect(settled.rows.get("a")?.job).toMatchObject({ status: "cancelled", pending: false });
  });

  it("carry a job's attempts by number", () => {
    const attempts = [anAttempt("a", 2), anAttempt("a", 1, { status: "failed", finishedAt: at(2) })];
    const model = buildModel({ workstreams: [], jobs: [aJob("a", { attempt: 2 })], attempts, trials: none });
    expect(model.rows.get("a")?.attempts.map((attempt) => attempt.number)).toEqual([1, 2]);
  });

  it("name a job by its step, its tool or its id, and have the latest time", () => {
    expect([
      jobLabel(aJob("a", { step: "s", tool: "t" })),
      jobLabel(aJob("a", { tool: "t" })),
      jobLabel(aJob("a")),
    ]).toEqual(["s", "t", "a"]);
    const model = buildModel({
      workstreams: [],
      jobs: [aJob("a", { updatedAt: at(7) }), aJob("b")],
      attempts: [],
      trials: none,
    });
    expect(latestTime(model)).toBe(time(7));
  });

  it("are built for a chain of 12,000 jobs without running out of stack", () => {
    const jobs = Array.from({ length: 12_000 }, (_, i) =>
      aJob(`j${i}`, { dependsOn: i ? [`j${i - 1}`] : [] }),
    ).reverse();
    const rows = flatten(buildModel({ workstreams: [], jobs, attempts: [], trials: none }), none);
    expect([rows[0]?.id, rows.at(-1)?.id]).toEqual(["j0", "j11999"]);
  });
});
