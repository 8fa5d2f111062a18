import fc from "fast-check";
import type { JsonMap } from "./merge-patch.ts";
import type { Json } from "./primitives.ts";

/** Few names, so that values meet each other; some that every object knows, and one that sets the prototype if it is assigned. */
const key = fc.constantFrom("a", "b", "c", "é", "constructor", "toString", "__proto__");
const scalar = fc.constantFrom<Json>(null, true, 0, 1, -2.5, "", "x", "é😀");

const { value, map } = fc.letrec<{ value: Json; map: JsonMap }>((tie) => ({
  map: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as JsonMap),
  value: fc.oneof({ maxDepth: 3, depthSize: "small" }, scalar, tie("map"), fc.array(tie("value"), { maxLength: 2 })),
}));

/** Any JSON value. */
export const jsonValue: fc.Arbitrary<Json> = value;

/** A map of any JSON values. */
export const jsonMap: fc.Arbitrary<JsonMap> = map;

/** A value's text with all keys in order: the same for values that are the same. */
export function textOf(json: unknown): string {
  if (typeof json !== "object" || json === null) return JSON.stringify(json) ?? "undefined";
  if (Array.isArray(json)) return `[${json.map(textOf).join()}]`;
  const entries = Object.entries(json).map(([name, part]) => `${JSON.stringify(name)}:${textOf(part)}`);
  return `{${entries.sort().join()}}`;
}
