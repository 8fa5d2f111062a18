import { expect, test } from "vitest";
import { noneCleaned } from "../../domain/maintenance/contract.ts";
import type { CleanupReport } from "../../domain/maintenance/endpoints.ts";
import { cleanedWords, parseDays } from "./cleanup-model.ts";

const report = (counts: Partial<CleanupReport>): CleanupReport => ({
  ...noneCleaned(),
  dryRun: false,
  olderThan: "2026-11-21T00:00:00.000Z",
  more: false,
  tooLarge: [],
  ...counts,
});

test("a report is put in words and leaves out zeros", () => {
  expect(cleanedWords(report({}))).toBeNull();
  expect(cleanedWords(report({ outcomes: 1 }))).toBe("1 outcome");
  expect(cleanedWords(report({ runs: 2, jobs: 1200, agents: 1 }))).toBe("2 runs, 1,200 jobs and 1 agent");
});

test("days are a number above nothing", () => {
  expect(parseDays("30")).toEqual({ days: 30 });
  expect(parseDays("0.5")).toEqual({ days: 0.5 });
  for (const text of ["", "0", "-3", "soon", "1e9", "Infinity"]) expect(parseDays(text)).toHaveProperty("fault");
});
