import { bytesUnder, type Edit, editor, type JsonMapOf, ownOf } from "./json-map.ts";
import type { Json } from "./primitives.ts";

export type JsonMap = JsonMapOf<Json>;

/**
 * What a JSON Merge Patch (RFC 7396) makes of a map: null removes a key, maps are merged, anything
 * else replaces. Both arguments stay as they are; parts that do not change are shared, and a patch
 * that changes nothing answers the map itself.
 */
export function mergePatch(map: JsonMap, patch: JsonMap): JsonMap {
  return mergeBy(editor(), map, patch).map;
}

/**
 * The same by another way to edit maps, which may change them in place: so it says whether anything
 * has changed.
 */
export function mergeBy(edit: Edit, map: JsonMap, patch: JsonMap): { map: JsonMap; changed: boolean } {
  let next = map;
  let changed = false;
  const set = (key: string, value: Json | undefined, bytesWas: number) => {
    next = edit(next, key, value, bytesWas);
    changed = true;
  };
  for (const [key, value] of Object.entries(patch)) {
    const was = ownOf(next, key);
    const bytesWas = bytesUnder(next, key);
    if (value === null) {
      if (was !== undefined) set(key, undefined, bytesWas);
    } else if (isMap(value)) {
      const inner = mergeBy(edit, isMap(was) ? was : {}, value);
      if (inner.changed || !isMap(was)) set(key, inner.map, bytesWas);
    } else if (!sameJson(was, value)) set(key, value, bytesWas);
  }
  return { map: next, changed };
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
