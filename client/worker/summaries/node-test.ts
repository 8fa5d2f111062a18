import { figuresOf, type Reader } from "./figures.ts";

const WORDS = ["tests", "suites", "pass", "fail", "cancelled", "skipped", "todo", "duration_ms"] as const;

/**
 * The eight lines of `node --test`, each behind `#` (TAP) or `ℹ` (spec): tests, suites, pass, fail,
 * cancelled, skipped, todo, duration_ms.
 */
export function nodeTest(): Reader {
  let found: number[] = [];
  return (line) => {
    const [, word, value] = /^(?:#|ℹ) ([a-z_]+) (\d+(?:\.\d+)?)$/.exec(line) ?? [];
    if (word !== WORDS[found.length]) found = [];
    if (word !== WORDS[found.length]) return undefined;
    found.push(Number(value));
    if (found.length < WORDS.length) return undefined;
    const [total = 0] = found;
    const parts = WORDS.slice(2, -1).map((name, index) => `${found[index + 2]} ${name}`);
    found = [];
    return figuresOf(parts, total);
  };
}
