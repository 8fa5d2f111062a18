import fc from "fast-check";
import { expect, test } from "vitest";
import { World } from "../kernel/tx.test-kit.ts";
import type { Tally } from "./contract.ts";
import { mergeHistograms } from "./figures.ts";

const FIGURES = ["total", "successful", "failed", "upstream", "timed", "totalDurationMs"] as const;

function worldWithRun(): World {
  const world = new World();
  world.commit({ type: "run.create", runId: "r", workflow: "w" });
  return world;
}

function started(world: World, jobId: string, agentKey = "a", step = "build"): void {
  world.commit({ type: "job.enqueue", jobId, runId: "r", step }, { type: "job.start", jobId, agentKey });
}

const sumOf = (tallies: readonly Tally[], figure: (typeof FIGURES)[number]) =>
  tallies.reduce((sum, tally) => sum + tally[figure], 0);

test("an outcome counts in its agent's minute and hour, by type of task", () => {
  const world = worldWithRun();
  started(world, "j1");
  world.commit({ type: "job.complete", jobId: "j1", durationMs: 40 });
  started(world, "j2", "a", "test");
  world.now += 61_000;
  world.commit({ type: "job.fail", jobId: "j2", error: "no" });
  const found = world.all("tally").map(({ id, total, successful, failed }) => ({ id, total, successful, failed }));
  expect(found).toEqual([
    { id: "a|build|minute|2026-11-21T12:00:00.000Z", total: 1, successful: 1, failed: 0 },
    { id: "a|build|hour|2026-11-21T12:00:00.000Z", total: 1, successful: 1, failed: 0 },
    { id: "a|test|minute|2026-11-21T12:01:00.000Z", total: 1, successful: 0, failed: 1 },
    { id: "a|test|hour|2026-11-21T12:00:00.000Z", total: 1, successful: 0, failed: 1 },
  ]);
});

test("what is cancelled or fails upstream is counted apart, and not by the breaker", () => {
  const world = worldWithRun();
  world.commit({
    type: "agent.register",
    agentKey: "a",
    breaker: {
      window: "count",
      windowSize: 2,
      minimumCalls: 1,
      failureRateThreshold: 0.1,
      openMs: 1000,
      permittedTrials: 1,
    },
  });
  for (const jobId of ["j1", "j2"]) started(world, jobId);
  world.commit({ type: "job.cancel", jobId: "j1" });
  world.commit({ type: "job.fail", jobId: "j2", error: { message: "slow down", code: "rate_limited" } });
  expect(world.row("statistics", "a")).toMatchObject({ total: 0, failed: 0, upstream: 2 });
  expect(world.row("breaker", "a")).toMatchObject({ state: "closed", calls: 0 });
  expect(world.all("outcome").map(({ fault }) => fault)).toEqual(["upstream", "upstream"]);
});

test("a job that waited in vain for its one agent is no failure of that agent", () => {
  const world = worldWithRun();
  world.commit({ type: "agent.register", agentKey: "a" });
  world.commit({ type: "job.enqueue", jobId: "j", runId: "r", agentKey: "a" }, { type: "job.timeout", jobId: "j" });
  world.commit({ type: "job.retry", jobId: "j" }, { type: "job.timeout", jobId: "j" });
  expect(world.row("statistics", "a")).toMatchObject({ total: 0, upstream: 2 });
});

test("minutes and hours add up to the running figures, whatever happened", () => {
  const end = fc.constantFrom("complete", "fail", "upstream", "cancel");
  const act = fc.record({
    end,
    agent: fc.constantFrom("a", "b"),
    step: fc.constantFrom("x", "y"),
    wait: fc.nat(100_000),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
      const world = worldWithRun();
      for (const [index, { end: how, agent, step, wait }] of acts.entries()) {
        const jobId = `j${index}`;
        started(world, jobId, agent, step);
        world.now += wait;
        if (how === "complete") world.commit({ type: "job.complete", jobId });
        else if (how === "cancel") world.commit({ type: "job.cancel", jobId });
        else
          world.commit({
            type: "job.fail",
            jobId,
            error: { message: "m", ...(how === "upstream" && { code: "upstream_error" }) },
          });
      }
      for (const statistics of world.all("statistics")) {
        for (const width of ["minute", "hour"]) {
          const tallies = world.all("tally").filter((one) => one.agentKey === statistics.id && one.width === width);
          for (const figure of FIGURES) expect(sumOf(tallies, figure)).toBe(statistics[figure]);
          const histogram = tallies.reduce((all, one) => mergeHistograms(all, one.histogram), {});
          expect(histogram).toEqual(statistics.histogram);
        }
      }
    }),
  );
});

test("gauges follow slots and queues, change by change", () => {
  const world = worldWithRun();
  world.commit({ type: "agent.register", agentKey: "a", capacity: 4 });
  for (const jobId of ["j1", "j2"]) started(world, jobId);
  world.now += 60_000;
  world.commit({ type: "job.complete", jobId: "j1" });
  const value = (id: string) => {
    const { last, max, min } = world.row("gauge", id);
    return { last, max, min };
  };
  expect(value("capacity|a|2026-11-21T12:00:00.000Z")).toEqual({ last: 4, max: 4, min: 0 });
  expect(value("busy|a|2026-11-21T12:00:00.000Z")).toEqual({ last: 2, max: 2, min: 0 });
  expect(value("busy|a|2026-11-21T12:01:00.000Z")).toEqual({ last: 1, max: 2, min: 1 });
  expect(value("depth|default|2026-11-21T12:00:00.000Z")).toEqual({ last: 0, max: 1, min: 0 });
  expect(value("running|default|2026-11-21T12:01:00.000Z")).toEqual({ last: 1, max: 2, min: 1 });
});
