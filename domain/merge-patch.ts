import { entryBytes, noteDerived } from "./json-bytes.ts";
import type { Json } from "./primitives.ts";

export type JsonMap = { [key: string]: Json };

/**
 * What a JSON Merge Patch (RFC 7396) makes of a map: null removes a key, maps are merged, anything else replaces. Both arguments stay as they
 * are; parts that do not change are shared, and a patch that changes nothing answers the map itself.
 */
export function mergePatch(map: JsonMap, patch: JsonMap): JsonMap {
  let next = map;
  for (const [key, value] of Object.entries(patch)) {
    const was = ownOf(next, key);
    const is = merged(was, value);
    if (is !== was) next = withEntry(next, key, is, next !== map);
  }
  return next;
}

function merged(was: Json | undefined, patch: Json): Json | undefined {
  if (patch === null) return undefined;
  if (isMap(patch)) return mergePatch(isMap(was) ? was : {}, patch);
  return sameJson(was, patch) ? was : patch;
}

/** The map with one entry set or, by undefined, removed; `inPlace` for a map that nobody else has yet. */
export function withEntry<V extends Json | object>(
  map: { readonly [key: string]: V },
  key: string,
  value: V | undefined,
  inPlace = false,
): { [key: string]: V } {
  const was = ownOf(map, key);
  const next = inPlace ? map : { ...map };
  const delta = (value === undefined ? 0 : entryBytes(key, value)) - (was === undefined ? 0 : entryBytes(key, was));
  noteDerived(next, map, delta);
  if (value === undefined) Reflect.deleteProperty(next, key);
  // Assigning `__proto__` would set the prototype.
  else Object.defineProperty(next, key, { value, writable: true, enumerable: true, configurable: true });
  return next;
}

/** The value under a key of the map's own: what every object inherits (`constructor` …) is not there. */
export function ownOf<V>(map: { readonly [key: string]: V }, key: string): V | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as { [key: string]: unknown }, b as { [key: string]: unknown }];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}

const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);
