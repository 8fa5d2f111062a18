import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonMap, textOf } from "../execution/state/execution.test-kit.ts";
import { tries } from "./depth.test-kit.ts";
import { jsonBytes } from "./json-bytes.ts";
import { ownOf } from "./json-map.ts";
import { type JsonMap, mergePatch, sameJson } from "./merge-patch.ts";
import type { Json } from "./primitives.ts";

/** The function of RFC 7396, section 2, word for word. */
function asTheRfcSays(target: Json | undefined, patch: Json): Json {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result = new Map(
    typeof target === "object" && target !== null && !Array.isArray(target) ? Object.entries(target) : [],
  );
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, asTheRfcSays(result.get(name), value));
  }
  return Object.fromEntries(result);
}

/** Of the RFC's appendix A: those whose target and patch are maps. */
test.each<[JsonMap, JsonMap, JsonMap]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("RFC 7396: %j patched by %j is %j", (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

describe("a merge patch", () => {
  test("does to any map what the RFC says, changes neither, and knows how large the outcome is", () => {
    fc.assert(
      fc.property(jsonMap, jsonMap, (map, patch) => {
        const before = [textOf(map), textOf(patch)];
        jsonBytes(map);
        const result = mergePatch(map, patch);
        expect(textOf(result)).toBe(textOf(asTheRfcSays(map, patch)));
        expect([textOf(map), textOf(patch)]).toEqual(before);
        expect(jsonBytes(result)).toBe(sizeOf(result));
        expect(result === map).toBe(sameJson(map, result));
      }),
      { numRuns: tries(3000) },
    );
  });

  test("shares what it does not change, and answers the map itself when that is all", () => {
    const map = { kept: { deep: [1] }, changed: { a: 1 } };
    expect(mergePatch(map, {})).toBe(map);
    expect(mergePatch(map, { gone: null, changed: { a: 1, b: null }, kept: {} })).toBe(map);
    expect(mergePatch(map, { changed: { a: 2 } }).kept).toBe(map.kept);
  });

  test("treats the names that every object knows like any other", () => {
    const patch = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as JsonMap;
    const result = mergePatch({ toString: "mine" }, patch);
    expect(Object.keys(result)).toEqual(["toString", "__proto__", "constructor"]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect([ownOf<Json>({}, "admin"), ownOf<Json>({}, "constructor")]).toEqual([undefined, undefined]);
    const gone = JSON.parse('{"__proto__":null,"constructor":null,"valueOf":null}') as JsonMap;
    expect(mergePatch(result, gone)).toEqual({ toString: "mine" });
  });
});

test("two values are the same by what they hold, not by the order of their keys", () => {
  fc.assert(
    fc.property(jsonMap, jsonMap, (a, b) => {
      expect(sameJson(a, b)).toBe(textOf(a) === textOf(b));
      expect(sameJson(a, Object.fromEntries(Object.entries(a).reverse()))).toBe(true);
    }),
    { numRuns: tries(1000) },
  );
  expect(sameJson([], {})).toBe(false);
  expect(sameJson({ a: null }, { b: null })).toBe(false);
});

const sizeOf = (value: Json): number => new TextEncoder().encode(JSON.stringify(value)).length;

test("a value's size is that of its text in UTF-8, escapes and all", () => {
  const strange = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => `${text}"\\\n\u0001\u007fé€😀`);
  fc.assert(
    fc.property(fc.oneof(jsonMap, fc.array(strange), fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
      expect(jsonBytes(value)).toBe(sizeOf(value));
    }),
    { numRuns: tries(2000) },
  );
});
