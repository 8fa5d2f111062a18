import { describe, expect, test } from "vitest";
import {
  extentOf,
  isLone,
  lineLook,
  rowsOf,
  type SeriesLine,
  summaries,
  valueText,
  valueTicks,
  within,
} from "./series-model.ts";
import { moved, settled, zoomByKey } from "./zoom.ts";

const START = Date.UTC(2026, 10, 21, 9);
const minutes = (name: string, ...values: (number | null)[]): SeriesLine => ({
  name,
  points: values.map((value, at) => ({ t: new Date(START + at * 60_000).toISOString(), value })),
});

describe("the lines of a chart", () => {
  const lines = [minutes("a", 1, null, 0, null, 5, 6), minutes("b", null, 2)];
  const rows = rowsOf(lines);

  test("what is not known is a gap, never a zero, and a value between two gaps is a dot", () => {
    expect(rows.map(({ values }) => values)).toEqual([
      [1, null],
      [null, 2],
      [0, null],
      [null, null],
      [5, null],
      [6, null],
    ]);
    expect(rows.map((_, at) => isLone(rows, at, 0))).toEqual([true, false, true, false, false, false]);
    expect(isLone(rows, 1, 1)).toBe(true);
  });

  test("the extent ends where the last step does", () => {
    expect(extentOf(rows)).toEqual({ from: START, to: START + 6 * 60_000 });
    expect(extentOf([])).toBeNull();
  });

  test("a stretch keeps the steps around it, as lines lead there", () => {
    const range = { from: START + 2.5 * 60_000, to: START + 3.5 * 60_000 };
    expect(within(rows, range).map(({ t }) => (t - START) / 60_000)).toEqual([2, 3, 4]);
  });

  test("a line in words: latest, lowest and highest of what is known", () => {
    expect(summaries(lines, rows)).toEqual([
      { name: "a", last: 6, lowest: 0, highest: 6, known: 4, steps: 6 },
      { name: "b", last: 2, lowest: 2, highest: 2, known: 1, steps: 6 },
    ]);
  });

  test("eight lines differ in colour and in dashes", () => {
    const looks = Array.from({ length: 8 }, (_, at) => lineLook({}, at));
    expect(new Set(looks.map(({ tone }) => tone)).size).toBe(8);
    expect(new Set(looks.map(({ dash }) => dash)).size).toBe(8);
    expect(lineLook({ tone: "failed" }, 0).tone).toBe("failed");
  });

  test("values are written in their unit", () => {
    expect(valueText("percent", 0.934)).toBe("93.4%");
    expect(valueText("ms", 1_500)).toBe("1.5 s");
    expect(valueText("count", null)).toBe("nothing known");
    expect(valueTicks("percent", 0.4).at(-1)).toBe(1);
    expect(valueTicks("percent", 1.5).at(-1)).toBe(2);
  });
});

describe("zooming", () => {
  const HOUR = 60 * 60_000;
  const outer = { from: START, to: START + HOUR };

  test("a drag in either direction comes to whole minutes within the chart, five of them at least", () => {
    expect(settled({ from: START + 30.2 * 60_000, to: START + 10.1 * 60_000 }, outer)).toEqual({
      from: START + 10 * 60_000,
      to: START + 30 * 60_000,
    });
    const narrow = settled({ from: START + 1_000, to: START + 2_000 }, outer);
    expect(narrow).toEqual({ from: START, to: START + 5 * 60_000 });
    const end = settled({ from: outer.to - 1_000, to: outer.to }, outer);
    expect(end).toEqual({ from: outer.to - 5 * 60_000, to: outer.to });
    expect(settled({ from: START - HOUR, to: outer.to + HOUR }, outer)).toBeNull();
  });

  test("moving stops at the ends", () => {
    const range = { from: START + 10 * 60_000, to: START + 20 * 60_000 };
    expect(moved(range, -5, outer)).toEqual({ from: START, to: START + 10 * 60_000 });
    expect(moved(range, 0.5, outer)).toEqual({ from: START + 15 * 60_000, to: START + 25 * 60_000 });
  });

  test("keys narrow, widen, move and reset", () => {
    const half = zoomByKey("+", outer, outer);
    expect(half).toEqual({ from: START + HOUR / 4, to: START + (3 * HOUR) / 4 });
    expect(zoomByKey("-", half ?? outer, outer)).toBeNull();
    expect(zoomByKey("Escape", half ?? outer, outer)).toBeNull();
    expect(zoomByKey("x", outer, outer)).toBeUndefined();
  });
});
