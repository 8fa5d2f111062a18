import { sameJson } from "../../../domain/kernel/merge-patch.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";

export type Path = readonly (string | number)[];

/**
 * One place where two values differ. `before` is absent where something was added, `after` where it
 * was removed.
 */
export interface JsonChange {
  kind: "added" | "removed" | "changed";
  path: Path;
  before?: Json;
  after?: Json;
}

/**
 * The differences, in the order of the values' keys. A value of another kind is one change, not one
 * per member.
 */
export function diffJson(before: Json, after: Json): JsonChange[] {
  const changes: JsonChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: Json, after: Json, path: Path, changes: JsonChange[]): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, changes);
  else if (isMap(before) && isMap(after)) compareMaps(before, after, path, changes);
  else changes.push({ kind: "changed", path, before, after });
}

type JsonMap = { [key: string]: Json };
const isMap = (value: Json): value is JsonMap => typeof value === "object" && value !== null && !Array.isArray(value);

function compareMaps(before: JsonMap, after: JsonMap, path: Path, changes: JsonChange[]): void {
  for (const [key, was] of Object.entries(before)) {
    const at = [...path, key];
    if (Object.hasOwn(after, key)) compare(was, after[key] as Json, at, changes);
    else changes.push({ kind: "removed", path: at, before: was });
  }
  for (const [key, is] of Object.entries(after)) {
    if (!Object.hasOwn(before, key)) changes.push({ kind: "added", path: [...path, key], after: is });
  }
}

/** Leaves out the common beginning and end of two lists; compares the rest index by index. */
function compareLists(before: Json[], after: Json[], path: Path, changes: JsonChange[]): void {
  let from = 0;
  while (from < before.length && from < after.length && sameJson(before[from], after[from])) from += 1;
  let [end, newEnd] = [before.length, after.length];
  while (end > from && newEnd > from && sameJson(before[end - 1], after[newEnd - 1])) {
    end -= 1;
    newEnd -= 1;
  }
  for (let i = from; i < Math.max(end, newEnd); i += 1) {
    const at = [...path, i];
    if (i >= newEnd) changes.push({ kind: "removed", path: at, before: before[i] as Json });
    else if (i >= end) changes.push({ kind: "added", path: at, after: after[i] as Json });
    else compare(before[i] as Json, after[i] as Json, at, changes);
  }
}

/** A path as in code: `context.steps[2]["a key"]`. */
export function pathText(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
