import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { diffJson, type JsonChange, pathText } from "./json-diff.ts";

describe("the differences between two values", () => {
  it("name what was added, removed and changed, at any depth", () => {
    const before = { a: 1, b: { c: [1, 2], d: "x" }, gone: true };
    const after = { a: 1, b: { c: [1, 3, 4], d: "x" }, come: null };
    expect(diffJson(before, after)).toEqual([
      { kind: "changed", path: ["b", "c", 1], before: 2, after: 3 },
      { kind: "added", path: ["b", "c", 2], after: 4 },
      { kind: "removed", path: ["gone"], before: true },
      { kind: "added", path: ["come"], after: null },
    ]);
  });

  it("leave out the common beginning and end of two lists", () => {
    expect(diffJson([1, 2, 3, 4], [1, 9, 3, 4])).toEqual([{ kind: "changed", path: [1], before: 2, after: 9 }]);
    expect(diffJson(["b", "c"], ["a", "b", "c"])).toEqual([{ kind: "added", path: [0], after: "a" }]);
    expect(diffJson(["a", "b", "c"], ["c"])).toEqual([
      { kind: "removed", path: [0], before: "a" },
      { kind: "removed", path: [1], before: "b" },
    ]);
  });

  it("tell a list from a map, and null from nothing", () => {
    expect(diffJson({ a: [] }, { a: {} })).toEqual([{ kind: "changed", path: ["a"], before: [], after: {} }]);
    expect(diffJson({ a: null }, {})).toEqual([{ kind: "removed", path: ["a"], before: null }]);
  });

  it("are empty for equal values, and applied to one value give the other", () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(diffJson(one, structuredClone(one))).toEqual([]);
        // Maps only: removing an item of a list moves the others.
        const [before, after] = [withoutLists(one), withoutLists(other)];
        expect(applied(before, diffJson(before, after))).toEqual(after);
      }),
    );
  });
});

it("a path is written as in code", () => {
  expect(pathText(["context", "steps", 2, "a key", "x-y"])).toBe('context.steps[2]["a key"].x-y');
  expect(pathText([])).toBe("");
});

function withoutLists(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutLists(member)]));
}

function applied(value: Json, changes: readonly JsonChange[]): Json {
  const root: { [key: string]: Json } = { it: structuredClone(value) };
  for (const { path, after } of changes) {
    const whole = ["it", ...path.map(String)];
    const last = whole.pop() as string;
    const holder = whole.reduce((at, key) => at[key] as { [key: string]: Json }, root);
    if (after === undefined) delete holder[last];
    else Object.defineProperty(holder, last, { value: after, enumerable: true, configurable: true, writable: true });
  }
  return root.it as Json;
}
