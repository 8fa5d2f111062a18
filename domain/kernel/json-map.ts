import { entryBytes, looseBytes, noteBytes } from "./json-bytes.ts";

/** Maps as JSON has them, in rows that never change in place: an entry is set in a copy. */

/**
 * A map with one entry set or, by undefined, removed. `bytesWas` is the size of the entry before,
 * when that can no longer be measured.
 */
export type Edit = <V>(map: JsonMapOf<V>, key: string, value: V | undefined, bytesWas?: number) => JsonMapOf<V>;

export type JsonMapOf<V> = { [key: string]: V };

/**
 * The value under a key of the map's own; what every object inherits (`constructor` …) is not
 * there.
 */
export function ownOf<V>(map: { readonly [key: string]: V }, key: string): V | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Bytes that the key takes with its value; none when it is not there. */
export function bytesUnder(map: { readonly [key: string]: unknown }, key: string): number {
  const value = ownOf(map, key);
  return value === undefined ? 0 : entryBytes(key, value);
}

/** Edits one copy, made for it, and so leaves the map as it is. */
export const withEntry: Edit = (map, key, value, bytesWas) => editor()(map, key, value, bytesWas);

/**
 * Edits of many maps, or many of one: what it is given for the first time is copied, its own copies
 * are changed in place. `onEdit` gets what takes each of them back, to be called in reverse order.
 */
export function editor(onEdit: (takeBack: () => void) => void = () => {}): Edit {
  const own = new WeakSet<object>();
  const edit: Edit = (map, key, value, bytesWas = bytesUnder(map, key)) => {
    let mine = map;
    if (!own.has(map)) {
      mine = copyOf(map);
      own.add(mine);
    }
    onEdit(setEntry(mine, key, value, bytesWas));
    return mine;
  };
  return edit;
}

function copyOf<V>(map: JsonMapOf<V>): JsonMapOf<V> {
  const copy = { ...map };
  noteBytes(copy, looseBytes(map));
  return copy;
}

/** Changes a map that nobody else has. Answers what takes that back. */
function setEntry<V>(map: JsonMapOf<V>, key: string, value: V | undefined, bytesWas: number): () => void {
  const was = ownOf(map, key);
  const bytes = looseBytes(map);
  put(map, key, value);
  noteBytes(map, bytes - bytesWas + bytesUnder(map, key));
  return () => {
    put(map, key, was);
    noteBytes(map, bytes);
  };
}

function put<V>(map: JsonMapOf<V>, key: string, value: V | undefined): void {
  if (value === undefined) Reflect.deleteProperty(map, key);
  else if (key === "__proto__") {
    // Assigning it would set the prototype.
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  } else map[key] = value;
}
