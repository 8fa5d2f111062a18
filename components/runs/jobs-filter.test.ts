import { describe, expect, it } from "vitest";
import { type JobFilter, listJobs } from "./jobs-filter.ts";
import { aJob, anAttempt, at, time } from "./timeline/engine/engine.test-kit.ts";
import { buildModel } from "./timeline/engine/model.ts";

const jobs = [
  aJob("build", { status: "completed", attempt: 1, finishedAt: at(9) }),
  aJob("lint", { step: "Format", status: "running", attempt: 1, startedAt: at(2) }),
  aJob("late"),
];
const attempts = [
  anAttempt("build", 1, { status: "completed", startedAt: at(1), finishedAt: at(9) }),
  anAttempt("lint", 1, { startedAt: at(2), agentKey: "beta" }),
];
const model = buildModel({ workstreams: [], jobs, attempts, trials: new Set() });
const ids = (filter: Partial<JobFilter>) =>
  listJobs(model, { text: "", status: null, sort: "order", ...filter }, time(30)).map(({ row }) => row.id);

describe("the table of jobs", () => {
  it("finds by step, id and agent, and narrows to a status", () => {
    expect(ids({})).toEqual(["build", "late", "lint"]);
    expect([ids({ text: "FORM" }), ids({ text: "lat" }), ids({ text: "beta" }), ids({ text: "nothing" })]).toEqual([
      ["lint"],
      ["late"],
      ["lint"],
      [],
    ]);
    expect(ids({ status: "completed" })).toEqual(["build"]);
  });

  it("puts the longest first, open ones counted up to now", () => {
    expect(ids({ sort: "run" })).toEqual(["lint", "build", "late"]);
    expect(ids({ sort: "queue" })).toEqual(["late", "lint", "build"]);
  });
});
