/**
 * How large a JSON value is as UTF-8 text without blanks. Rows never change in place, so what has
 * been measured is remembered by identity, and a map derived from another is measured by what
 * differs: bounding a large state costs little per change.
 */

/**
 * By object: its size with a comma after every entry, so that sizes of maps can be added to and
 * taken from.
 */
const known = new WeakMap<object, number>();

/** Smaller ones are measured again sooner than looked up. */
const WORTH_REMEMBERING = 256;

/** Bytes of the value's JSON text in UTF-8, without blanks. */
export function jsonBytes(value: unknown): number {
  if (typeof value === "string") return stringBytes(value);
  if (typeof value !== "object" || value === null) return String(value).length;
  const loose = looseBytes(value);
  return loose > 2 ? loose - 1 : loose;
}

/** Bytes that one entry takes in a map, its comma included. */
export const entryBytes = (key: string, value: unknown): number => stringBytes(key) + jsonBytes(value) + 2;

/** Remembers the size of a map that has just been made from another, or changed. */
export function noteBytes(map: object, bytes: number): void {
  known.set(map, bytes);
}

/** Bytes of a map or a list with a comma after every entry. */
export function looseBytes(value: object): number {
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  let bytes = 2;
  if (Array.isArray(value)) for (const part of value) bytes += jsonBytes(part) + 1;
  else for (const [key, part] of Object.entries(value)) bytes += entryBytes(key, part);
  if (bytes >= WORTH_REMEMBERING) known.set(value, bytes);
  return bytes;
}

function stringBytes(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i += 1) bytes += unitBytes(text.charCodeAt(i));
  return bytes;
}

/** Bytes of one UTF-16 unit in a JSON string; the two halves of a pair have two each. */
function unitBytes(unit: number): number {
  if (unit < 0x20) return SHORT_ESCAPES.has(unit) ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return 2;
  return 3;
}

/** \b \t \n \f \r */
const SHORT_ESCAPES = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);
