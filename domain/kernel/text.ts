/**
 * Text from outside (agents' output, errors, titles, payloads) on its way to where people read it.
 * Everything here cuts first and works afterwards, in time that grows with what is kept and not
 * with what was sent: pages are also drawn on the server.
 */

const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });
/** How far behind the cut is looked at to see whether it is within a character. */
const CHARACTER_AHEAD = 64;
/**
 * How far before the cut one begins at most: flags can be separated only from the first in their
 * row.
 */
const FARTHEST_BEHIND = 4_096;

/**
 * The beginning of a text: at most `max` UTF-16 units, cut between characters as readers see them:
 * an emoji of several parts, a flag, a letter with its accents stay whole or go. Escape afterwards:
 * what was escaped before may be cut within an escape.
 */
export function beginningOf(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max <= 0) return "";
  const at = CHARACTERS.segment(text.slice(0, max + CHARACTER_AHEAD)).containing(max)?.index ?? max;
  if (at > 0) return text.slice(0, at);
  // One character longer than all the room there is, by accents piled up: a part of it that can be
  // stored.
  return text.slice(0, isHighSurrogate(text.charCodeAt(max - 1)) ? max - 1 : max);
}

/** The end of a text: at most `max` UTF-16 units, cut between characters as readers see them. */
export function endOf(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max <= 0) return "";
  const start = text.length - max;
  const from = safeStart(text, start);
  const character = CHARACTERS.segment(text.slice(from, start + CHARACTER_AHEAD)).containing(start - from);
  const begins = from + (character?.index ?? start - from);
  const next = begins < start ? begins + (character?.segment.length ?? 0) : start;
  if (next < text.length) return text.slice(next);
  // One character longer than all the room there is.
  return text.slice(isLowSurrogate(text.charCodeAt(start)) ? start + 1 : start);
}

/**
 * Where segmenting may begin to say of what character `at` is a part: nothing joins a plain letter
 * to what comes before it.
 */
function safeStart(text: string, at: number): number {
  const soonest = Math.max(0, at - FARTHEST_BEHIND);
  let from = at;
  while (from > soonest && !isPlain(text.charCodeAt(from))) from -= 1;
  return from;
}

/** The text, with `…` in place of what is more than `max` UTF-16 units. */
export const shortened = (text: string, max: number): string =>
  text.length <= max ? text : `${beginningOf(text, max - 1)}…`;

/** How much is looked at for each character that may be kept: runs of blanks shrink to one. */
const LOOK_AHEAD = 8;

/**
 * The text on one line of at most `max` UTF-16 units: blanks shrink to one, line ends to `lineEnd`,
 * what is more becomes `…`.
 */
export function oneLine(text: string, max: number, lineEnd = " "): string {
  const looked = beginningOf(text, max * LOOK_AHEAD);
  const line = looked.replace(/\s+/g, (blanks) => (blanks.includes("\n") ? lineEnd : " ")).trim();
  return looked.length < text.length && line.length < max ? `${line}…` : shortened(line, max);
}

/**
 * The JSON text of a value, as far as `max` UTF-16 units of it: writing stops there, however large
 * the value is. What does not end is followed by `…`.
 */
export function jsonBeginning(value: unknown, max: number): string {
  const out = { text: "", max };
  return write(value, out) ? out.text : `${beginningOf(out.text, max)}…`;
}

interface Output {
  text: string;
  readonly max: number;
}

/** Appends the value's JSON text. False when there is no more room. */
function write(value: unknown, out: Output): boolean {
  if (typeof value === "string") {
    const part = beginningOf(value, out.max);
    return append(JSON.stringify(part), out) && part.length === value.length;
  }
  if (typeof value !== "object" || value === null) return append(JSON.stringify(value) ?? "null", out);
  return Array.isArray(value) ? writeList(value, out) : writeObject(value as { [key: string]: unknown }, out);
}

function writeList(list: readonly unknown[], out: Output): boolean {
  if (!append("[", out)) return false;
  for (const [at, value] of list.entries()) {
    if (at > 0 && !append(",", out)) return false;
    if (!write(value, out)) return false;
  }
  return append("]", out);
}

function writeObject(object: { [key: string]: unknown }, out: Output): boolean {
  if (!append("{", out)) return false;
  let isFirst = true;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    if (!isFirst && !append(",", out)) return false;
    isFirst = false;
    if (!(write(key, out) && append(":", out) && write(object[key], out))) return false;
  }
  return append("}", out);
}

function append(part: string, out: Output): boolean {
  out.text += part;
  return out.text.length <= out.max;
}

const isPlain = (unit: number): boolean => unit > 0x20 && unit < 0x7f;
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
