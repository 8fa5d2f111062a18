import { describe, expect, it } from "vitest";
import { firstFailure, runTitle } from "./run-facts.ts";
import { aRun } from "./runs.test-kit.ts";
import { aJob, at } from "./timeline/engine/engine.test-kit.ts";

describe("facts of a run", () => {
  it("name its status in the title", () => {
    expect(runTitle(aRun("r1", 0, { status: "timed_out" }))).toBe("⧖ Timed out checks · r1");
  });

  it("name the job that failed first, not those cancelled because of it", () => {
    const jobs = [
      aJob("late", { status: "timed_out", finishedAt: at(9) }),
      aJob("gone", { status: "cancelled", finishedAt: at(1) }),
      aJob("first", { status: "failed", finishedAt: at(4) }),
    ];
    expect(firstFailure(jobs)).toMatchObject({ job: { id: "first" }, count: 2 });
    expect(firstFailure([aJob("a")])).toBeNull();
  });
});
