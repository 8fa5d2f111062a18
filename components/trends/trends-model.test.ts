import { describe, expect, test } from "vitest";
import { type Choice, drawn, less, named, outerOf, summed } from "./trends-model.ts";

const choices = Array.from({ length: 12 }, (_, at) => ({ id: `a${at + 10}`, name: `A${at}`, weight: at % 6 }));
const points = (...values: (number | null)[]) => values.map((value, at) => ({ t: `2026-11-21T10:0${at}:00Z`, value }));

describe("what the trends draw", () => {
  test("of many agents those with the most outcomes are drawn, in a steady order", () => {
    const shown = drawn(choices, []);
    expect(shown).toHaveLength(8);
    expect(shown.map(({ id }) => id)).toEqual(["a12", "a13", "a14", "a15", "a18", "a19", "a20", "a21"]);
  });

  test("what was chosen is drawn, even if it is not known yet", () => {
    expect(drawn(choices, ["a11", "gone"]).map(({ name }) => name)).toEqual(["A1", "gone"]);
  });

  test("agents of the same name are shown with their keys", () => {
    const names = named(
      [choices[0], { ...choices[1], name: "A0" }, choices[2]].flatMap((one) => (one ? [one as Choice] : [])),
    );
    expect(names.map(({ name }) => name)).toEqual(["A0 (a10)", "A0 (a11)", "A2"]);
  });

  test("counts add up, and what is not known of any is a gap", () => {
    const sum = summed([points(1, null, null), points(2, 3, null)]);
    expect(sum.map(({ value }) => value)).toEqual([3, 3, null]);
    expect(less(points(5, 4, null), points(1, null, null)).map(({ value }) => value)).toEqual([4, 4, null]);
  });

  test("what is zoomed to stays within reach when time has gone on", () => {
    const now = Date.UTC(2026, 10, 21, 10, 0, 30);
    const end = Date.UTC(2026, 10, 21, 10, 1);
    expect(outerOf("1h", now, null)).toEqual({ from: end - 3_600_000, to: end });
    expect(outerOf("1h", now, { from: end - 7_200_000, to: end - 7_000_000 }).from).toBe(end - 7_200_000);
  });
});
