/**
 * Reads JSON so that what is accepted comes back as it was sent. `JSON.parse` alone changes some of
 * it without a word: numbers that a double cannot hold are rounded, and of a key that occurs twice
 * only the last value stays. Here these are faults, each with its place.
 *
 * Which numbers are kept: whole numbers up to ±(2^53−1), and any other whose decimal digits a
 * double gives back (`0.1`, `1.50`, `6.02e23`). From 2^53 up to 10^21 a double is written without
 * an exponent, so that a rounded one looks like one that was meant: send those as strings. `-0` is
 * kept as 0, which is equal to it.
 */
export interface JsonFault {
  /** Where it is: `mutations[0].context.a`; "" is the whole. */
  path: string;
  code: "number_not_exact" | "duplicate_key" | "forbidden_key";
  message: string;
}

/** No more faults than this are collected. */
const MOST_FAULTS = 100;
const LONGEST_SHOWN = 40;
const LONGEST_PATH = 500;

/**
 * @param text JSON.
 * @throws SyntaxError when it is none.
 */
export function parseJson(text: string): { value: unknown } | { faults: JsonFault[] } {
  const value: unknown = JSON.parse(text);
  // What a client has written as JavaScript does, and that is most, is the same when it is written
  // again: then nothing was lost.
  if (!text.includes("__proto__") && !text.includes("constructor") && isSame(value, text)) return { value };
  const faults = new Scan(text).faults();
  return faults.length > 0 ? { faults } : { value };
}

function isSame(value: unknown, text: string): boolean {
  try {
    return JSON.stringify(value) === text && !/\d{16}/.test(text);
  } catch {
    // Nested deeper than the stack: the check of the value says so.
    return false;
  }
}

interface Frame {
  /** Of an object: the keys so far. Of an array: null. */
  keys: Set<string> | null;
  key: string;
  index: number;
}

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * One walk over text that is known to be JSON, so that it needs no grammar: strings, numbers and
 * brackets are all there is to see.
 */
class Scan {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  readonly #faults: JsonFault[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  faults(): JsonFault[] {
    const text = this.#text;
    for (let at = 0; at < text.length && this.#faults.length < MOST_FAULTS; ) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) at = this.#string(at);
      else if (char === 45 || (char >= 48 && char <= 57)) at = this.#number(at);
      else {
        this.#bracket(char);
        at += 1;
      }
    }
    return this.#faults;
  }

  #bracket(char: number): void {
    const frame = this.#frames.at(-1);
    if (char === 123) this.#frames.push({ keys: new Set(), key: "", index: -1 });
    else if (char === 91) this.#frames.push({ keys: null, key: "", index: 0 });
    else if (char === 125 || char === 93) this.#frames.pop();
    else if (char === 44 && frame) {
      if (frame.keys === null) frame.index += 1;
      else frame.index = -1;
    }
    // After the colon comes the value: -1 is "the next string is a key".
    else if (char === 58 && frame) frame.index = 0;
  }

  #string(from: number): number {
    const text = this.#text;
    let end = from + 1;
    while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    const frame = this.#frames.at(-1);
    if (frame?.keys && frame.index === -1) this.#key(frame, JSON.parse(text.slice(from, end + 1)) as string);
    return end + 1;
  }

  #key(frame: Frame, key: string): void {
    frame.key = key;
    if (frame.keys?.has(key))
      this.#add("duplicate_key", "occurs twice in its object: only one of the values could be kept");
    frame.keys?.add(key);
    const above = this.#frames.at(-2);
    const isPrototype = key === "prototype" && above?.keys && above.key === "constructor";
    if (key === "__proto__" || isPrototype) this.#add("forbidden_key", "is not a key that is taken");
  }

  #number(from: number): number {
    const text = this.#text;
    let end = from + 1;
    while (isPartOfNumber(text.charCodeAt(end))) end += 1;
    const token = text.slice(from, end);
    if (!isKept(token)) {
      const shown = token.length > LONGEST_SHOWN ? `${token.slice(0, LONGEST_SHOWN)}…` : token;
      this.#add("number_not_exact", `${shown} cannot be kept exactly (${limitOf(token)}): send it as a string`);
    }
    return end;
  }

  #add(code: JsonFault["code"], message: string): void {
    const path = this.#path();
    this.#faults.push({ path, code, message: path ? `${path}: ${message}` : message });
  }

  #path(): string {
    let path = "";
    for (const { keys, key, index } of this.#frames) {
      if (keys === null) path += `[${index}]`;
      else path += path === "" ? key : `.${key}`;
      if (path.length > LONGEST_PATH) return `${path.slice(0, LONGEST_PATH)}…`;
    }
    return path;
  }
}

/** Digits, sign, point, exponent. */
const isPartOfNumber = (char: number): boolean =>
  (char >= 48 && char <= 57) || char === 43 || char === 45 || char === 46 || char === 69 || char === 101;

const limitOf = (token: string): string =>
  /^-?\d+$/.test(token) ? "whole numbers go up to 9007199254740991" : "numbers are kept as 64-bit floating point";

/** Whether a number's token comes back as the same number. */
function isKept(token: string): boolean {
  // Up to 15 digits without an exponent always do.
  if (token.length <= 15 && !/[eE]/.test(token)) return true;
  const number = Number(token);
  if (!Number.isFinite(number)) return false;
  const size = Math.abs(number);
  if (size > Number.MAX_SAFE_INTEGER && (size < 1e21 || /^-?\d+$/.test(token))) return false;
  return decimalOf(token) === decimalOf(String(number));
}

/**
 * A decimal number in one form for all its spellings: digits without zeros at either end, and the
 * power of ten of the last of them.
 */
function decimalOf(token: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  let [first, last] = [0, whole.length + fraction.length];
  const digits = whole + fraction;
  while (first < last && digits[first] === "0") first += 1;
  while (last > first && digits[last - 1] === "0") last -= 1;
  if (first === last) return "0";
  const power = Number(exponent) - fraction.length + (digits.length - last);
  return `${sign}${digits.slice(first, last)}e${power}`;
}
