import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { FRAMEWORKS, type Framework, type Summary, SummaryFinder } from "./index.ts";

const ALL = Object.keys(FRAMEWORKS) as Framework[];

function find(text: string, frameworks = ALL, pieces = text.length || 1): Summary[] {
  const finder = new SummaryFinder(frameworks);
  for (let at = 0; at < text.length; at += pieces) finder.push("stdout", text.slice(at, at + pieces));
  finder.end();
  return finder.summaries;
}

const sample = (name: string) => readFile(new URL(`./samples/${name}.txt`, import.meta.url), "utf8");

/**
 * What real runs have printed (pytest 9.0, vitest 4.1, jest 30, mocha 11, Node 20) and what was in
 * them.
 */
const SAMPLES: [name: string, framework: Framework, passed: number, failed: number, skipped: number, total: number][] =
  [
    // 1 failed, 1 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error
    ["pytest", "pytest", 2, 2, 2, 6],
    ["pytest-q", "pytest", 2, 2, 2, 6],
    ["pytest-ok", "pytest", 1, 0, 0, 1],
    ["pytest-none", "pytest", 0, 0, 0, 0],
    ["pytest-coll", "pytest", 0, 1, 0, 1],
    ["pytest-color", "pytest", 0, 1, 0, 1],
    ["vitest", "vitest", 2, 1, 2, 5],
    ["vitest-broken", "vitest", 0, 0, 0, 0],
    ["vitest-ok", "vitest", 1, 0, 4, 5],
    ["jest", "jest", 3, 1, 2, 6],
    ["jest-ok", "jest", 1, 0, 0, 1],
    ["jest-broken", "jest", 0, 0, 0, 0],
    ["mocha", "mocha", 1, 1, 2, 4],
    ["mocha-ok", "mocha", 1, 0, 0, 1],
    ["mocha-color", "mocha", 1, 1, 2, 4],
    ["node-tap", "node --test", 3, 1, 2, 6],
    ["node-spec", "node --test", 3, 1, 2, 6],
  ];

describe("the summary of a real run", () => {
  test.each(SAMPLES)("%s is read as it was meant", async (name, framework, passed, failed, skipped, total) => {
    const text = await sample(name);
    const summary = { framework, passed, failed, skipped, total };
    expect(find(text)).toEqual([summary]);
    expect(find(text, ALL, 1)).toEqual([summary]);
    expect(find(text.replaceAll("\n", "\r\n"))).toEqual([summary]);
  });

  test.each(["node-dot", "vitest-none"])("%s has none, and none is made up", async (name) => {
    expect(find(await sample(name))).toEqual([]);
  });

  test("each of several counts", async () => {
    const text = (await sample("node-tap")) + (await sample("mocha")) + (await sample("node-tap"));
    expect(find(text).map((summary) => summary.framework)).toEqual(["node --test", "mocha", "node --test"]);
  });

  test("only the wanted framework is looked for", async () => {
    const text = (await sample("node-tap")) + (await sample("mocha"));
    expect(find(text, ["mocha"]).map((summary) => summary.framework)).toEqual(["mocha"]);
  });
});

describe("what only looks like a summary", () => {
  test.each([
    ["a pytest outcome that is not known", "=== 3 passed, 1 exploded in 0.10s ==="],
    ["half of a pytest line", "3 passed in 0.1"],
    ["pytest's line within a sentence", "he said: 3 passed in 0.10s"],
    ["jest's line without its suites", "Tests:       9 failed, 9 total"],
    ["vitest's line without its files", "      Tests  9 passed (9)"],
    ["a vitest part that is not known", " Test Files  1 passed (1)\n      Tests  1 passed | 2 flaky (3)"],
    [
      "node's lines with one missing",
      "# tests 3\n# suites 0\n# pass 3\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 4",
    ],
    [
      "node's lines torn apart",
      "# tests 3\n# suites 0\n# pass 3\nhello\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 4",
    ],
    ["mocha's line indented", "      5 passing (3ms)\n\n"],
    ["an endless line", `${"x".repeat(100_000)}\n=== ${"3 passed, ".repeat(500)}3 passed in 0.10s ===`],
  ])("%s is none", (_what, text) => {
    expect(find(text)).toEqual([]);
  });

  test("node's lines are found behind a false start", () => {
    const lines = ["tests 3", "suites 0", "pass 3", "fail 0", "cancelled 0", "skipped 0", "todo 0", "duration_ms 4.5"];
    const text = ["# tests 99", ...lines.map((line) => `# ${line}`)].join("\n");
    expect(find(text)).toEqual([{ framework: "node --test", passed: 3, failed: 0, skipped: 0, total: 3 }]);
  });

  test("pytest's minutes are understood", () => {
    expect(find("== 10 passed, 3 warnings in 65.12s (0:01:05) ==")).toMatchObject([{ passed: 10, total: 10 }]);
    expect(find("== 10 passed in 90065.12s (1 day, 1:01:05) ==")).toMatchObject([{ passed: 10 }]);
  });
});
