/**
 * What a test runner says at its end. `total` is its own figure where it gives one, else the sum.
 */
export interface Figures {
  passed: number;
  failed: number;
  skipped: number;
  total: number;
}

/**
 * Reads one stream of output line by line, without colours, and answers the figures when a summary
 * is complete.
 */
export type Reader = (line: string) => Figures | undefined;

/**
 * Where a runner's word counts. Tests that failed as they were expected to count as skipped or
 * passed as the runner's own reports do it; `null` is no outcome of a test.
 */
const COUNTS_AS: { readonly [word: string]: "passed" | "failed" | "skipped" | null } = {
  passed: "passed",
  xpassed: "passed",
  "expected fail": "passed",
  passing: "passed",
  pass: "passed",
  failed: "failed",
  failing: "failed",
  fail: "failed",
  cancelled: "failed",
  error: "failed",
  errors: "failed",
  skipped: "skipped",
  xfailed: "skipped",
  pending: "skipped",
  todo: "skipped",
  deselected: null,
  rerun: null,
  warning: null,
  warnings: null,
  "subtests passed": null,
  "subtests failed": null,
  "subtests skipped": null,
};

/**
 * Figures of `["3 passed", "1 failed", …]`; undefined when a part is not understood: better no
 * figure than a wrong one.
 */
export function figuresOf(parts: readonly string[], total?: number): Figures | undefined {
  const figures = { passed: 0, failed: 0, skipped: 0 };
  for (const part of parts) {
    const [, count, word = ""] = /^(\d+) ([a-z ]+)$/.exec(part) ?? [];
    const kind = Object.hasOwn(COUNTS_AS, word) ? COUNTS_AS[word] : undefined;
    if (kind === undefined) return undefined;
    if (kind !== null) figures[kind] += Number(count);
  }
  return { ...figures, total: total ?? figures.passed + figures.failed + figures.skipped };
}
