import { type Figures, figuresOf, type Reader } from "./figures.ts";

/**
 * The lines of mocha: `  5 passing (12ms)`, then `  1 pending` and `  2 failing` if there are any,
 * then an empty one.
 */
export function mocha(): Reader {
  let parts: string[] = [];
  return (line) => {
    const [, passing] = /^ {2}(\d+ passing) \(\d+(?:ms|s|m|h|d)\)$/.exec(line) ?? [];
    if (passing !== undefined) {
      parts = [passing];
      return undefined;
    }
    const [, more] = parts.length > 0 ? (/^ {2}(\d+ (?:pending|failing))$/.exec(line) ?? []) : [];
    if (more !== undefined) {
      parts.push(more);
      return undefined;
    }
    const complete: Figures | undefined = parts.length > 0 && line.trim() === "" ? figuresOf(parts) : undefined;
    parts = [];
    return complete;
  };
}
