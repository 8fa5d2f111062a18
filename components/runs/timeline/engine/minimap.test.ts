import { describe, expect, it } from "vitest";
import { aJob, anAttempt, at, time } from "./engine.test-kit.ts";
import { minimapBlocks } from "./minimap.ts";
import { buildModel } from "./model.ts";

const life = { from: time(0), to: time(100) };

function rowsOf(count: number, failing: number) {
  const jobs = Array.from({ length: count }, (_, i) =>
    aJob(`j${i}`, { attempt: 1, finishedAt: at(50), status: i === failing ? "failed" : "completed" }),
  );
  const attempts = jobs.map((job) =>
    anAttempt(job.id, 1, {
      status: job.status === "failed" ? "failed" : "completed",
      startedAt: at(10),
      finishedAt: at(50),
    }),
  );
  return [...buildModel({ workstreams: [], jobs, attempts, trials: new Set() }).rows.values()];
}

describe("the minimap", () => {
  it("has a line per job, with waiting and running time in position", () => {
    const blocks = minimapBlocks(rowsOf(2, 1), life, time(100), 200, 40);
    expect(blocks).toEqual([
      { ink: "idle", x: 0, y: 0, width: 20, height: 6 },
      { ink: "idle", x: 0, y: 20, width: 20, height: 6 },
      { ink: "completed", x: 20, y: 0, width: 80, height: 6 },
      { ink: "failed", x: 20, y: 20, width: 80, height: 6 },
    ]);
  });

  it("draws what still runs up to now", () => {
    const rows = [
      ...buildModel({
        workstreams: [],
        jobs: [aJob("a", { status: "running", attempt: 1, startedAt: at(10) })],
        attempts: [],
        trials: new Set(),
      }).rows.values(),
    ];
    expect(minimapBlocks(rows, life, time(60), 100, 10).find((block) => block.ink === "running")).toMatchObject({
      x: 10,
      width: 50,
    });
  });

  it("draws one failure among 3,000 jobs, last and so on top, in a number of blocks that follows from the pixels", () => {
    const blocks = minimapBlocks(rowsOf(3000, 1321), life, time(100), 300, 48);
    expect(blocks.length).toBeLessThan(24 * 3);
    expect(blocks.at(-1)?.ink).toBe("failed");
  });

  it("draws nothing without room", () => {
    expect(minimapBlocks(rowsOf(1, 0), life, time(1), 0, 40)).toEqual([]);
    expect(minimapBlocks([], life, time(1), 100, 40)).toEqual([]);
  });
});
