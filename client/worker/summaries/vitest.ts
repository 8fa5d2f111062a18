import { figuresOf, type Reader } from "./figures.ts";

/**
 * Two lines of vitest: ` Test Files  1 failed | 2 passed (3)` and
 * `      Tests  1 failed | 5 passed | 1 skipped (7)`.
 */
export function vitest(): Reader {
  let afterFiles = false;
  return (line) => {
    const tests = afterFiles ? /^ +Tests {2}(.+)$/.exec(line)?.[1] : undefined;
    afterFiles = /^ +Test Files {2}(?:no test files|\d)/.test(line);
    if (tests === undefined) return undefined;
    if (tests === "no tests") return figuresOf([]);
    const [, parts = "", total] = /^(.+) \((\d+)\)$/.exec(tests) ?? [];
    return total === undefined ? undefined : figuresOf(parts.split(" | "), Number(total));
  };
}
