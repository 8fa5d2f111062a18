import { expect, test } from "vitest";
import { World } from "../kernel/tx.test-kit.ts";

const figures = (total: number, histogram: { [bucket: string]: number } = {}) => ({
  total,
  successful: total,
  failed: 0,
  upstream: 0,
  timed: 0,
  totalDurationMs: 0,
  histogram,
});

const call = { type: "breaker.record" as const, agentKey: "a", success: true };

test("statistics.replace keeps what outcomes have added since the figures were looked at", () => {
  const world = new World();
  world.commit(call, call, { ...call, durationMs: 1 });
  world.tick({ type: "statistics.replace", agentKey: "a", before: figures(2), after: figures(7, { 0: 2, 5: 1 }) });
  expect(world.row("statistics", "a")).toMatchObject({ total: 8, successful: 8, timed: 1, totalDurationMs: 1 });
  expect(world.row("statistics", "a").histogram).toEqual({ 0: 3, 5: 1 });
  expect(world.events.at(-1)).toMatchObject({
    type: "statistics.recalculated",
    payload: { total: { from: 3, to: 8 }, failed: { from: 0, to: 0 } },
  });
});

test.each([figures(3), figures(2, { 5: 1 })])(
  "statistics.replace is refused when the row has less than it had: %j",
  (before) => {
    const world = new World();
    world.commit(call, call);
    const replace = { type: "statistics.replace" as const, agentKey: "a", before, after: figures(1) };
    expect(world.apply([replace], "system:clock").faults).toMatchObject([{ code: "not_permitted" }]);
  },
);
