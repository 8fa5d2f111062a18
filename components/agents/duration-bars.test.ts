import { describe, expect, it } from "vitest";
import { addDuration } from "../../domain/agents/figures.ts";
import { durationBars } from "./duration-bars.ts";

describe("durations of an agent as bars", () => {
  it("there are no bars without durations", () => {
    expect(durationBars({})).toEqual([]);
  });

  it("every duration falls between the edges of its bar, and gaps stay gaps", () => {
    const durations = [0, 1, 90, 100, 110, 5_000];
    const bars = durationBars(durations.reduce(addDuration, {}));
    for (const duration of durations) {
      const bar = bars.find(({ from, to }) => duration >= from && duration < to);
      expect(bar?.count).toBeGreaterThan(0);
    }
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(durations.length);
    expect(bars.some(({ count }) => count === 0)).toBe(true);
    for (const [index, bar] of bars.entries()) if (index > 0) expect(bar.from).toBe(bars[index - 1]?.to);
  });
});
