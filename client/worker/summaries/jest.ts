import { figuresOf, type Reader } from "./figures.ts";

/**
 * Two lines of jest: `Test Suites: 1 failed, 3 total` and
 * `Tests:       1 failed, 2 passed, 3 total`.
 */
export function jest(): Reader {
  let afterSuites = false;
  return (line) => {
    const tests = afterSuites ? /^Tests: +((?:\d+ [a-z]+, )*)(\d+) total$/.exec(line) : null;
    afterSuites = /^Test Suites: .*\d+ total$/.test(line);
    return tests ? figuresOf((tests[1] ?? "").split(", ").filter(Boolean), Number(tests[2])) : undefined;
  };
}
