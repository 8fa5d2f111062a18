import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { runWith } from "../adapter.test-kit.ts";
import { tests } from "./tests.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-tests-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const printing = (text: string, exitCode = 0): Json => ({
  argv: [
    process.execPath,
    "-e",
    "process.stdout.write(process.argv[1]); process.exitCode = Number(process.argv[2])",
    text,
    String(exitCode),
  ],
});

describe("the tests adapter", () => {
  test("node --test: figures of a real run; failed tests fail the job and are counted in its error", async () => {
    const file = join(folder, "a.test.mjs");
    await writeFile(
      file,
      `import test from "node:test"; import assert from "node:assert";
       test("a", () => {}); test("b", () => assert.equal(1, 2)); test("c", { skip: true }, () => {});`,
    );
    const { outcome, stdout } = await runWith(tests, { argv: [process.execPath, "--test", file] });
    const figures = { framework: "node --test", passed: 1, failed: 1, skipped: 1, total: 3 };
    expect(outcome).toEqual({
      exitCode: 1,
      result: { tests: figures },
      error: { message: "1 of 3 tests failed (node --test, exit code 1)", code: "tests_failed" },
    });
    // One report of Node 20, another of later ones.
    expect(stdout).toMatch(/^(#|ℹ) fail 1$/m);
  });

  test("vitest: figures of a real run", async () => {
    await writeFile(join(folder, "a.test.mjs"), `test("a", () => {}); test.skip("b", () => {}); test("c", () => {});`);
    const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
    const { outcome } = await runWith(tests, {
      argv: [process.execPath, vitest, "run", "--globals", "--root", folder],
      cwd: folder,
      framework: "vitest",
    });
    expect(outcome).toEqual({
      exitCode: 0,
      result: { tests: { framework: "vitest", passed: 2, failed: 0, skipped: 1, total: 3 } },
    });
  });

  test("of several summaries none is taken for the whole, as some may be of captured output", async () => {
    const text = "3 passed, 1 skipped in 0.10s\n1 failed, 2 passed in 0.20s\n\n  5 passing (3ms)\n\n";
    const { outcome } = await runWith(tests, printing(text, 1));
    expect(outcome.result).toEqual({
      tests: null,
      testsNote:
        "3 summaries were found in the output, of several suites or printed by the tests themselves: which of them count is not known",
      suites: [
        { framework: "pytest", passed: 3, failed: 0, skipped: 1, total: 4 },
        { framework: "pytest", passed: 2, failed: 1, skipped: 0, total: 3 },
        { framework: "mocha", passed: 5, failed: 0, skipped: 0, total: 5 },
      ],
    });
  });

  test("output without a summary gives no figures, and says so", async () => {
    const { outcome } = await runWith(tests, printing("all good\n"));
    expect(outcome.result).toEqual({
      tests: null,
      testsNote: "no summary of pytest, vitest, jest, mocha, node --test was found in the output",
    });
    expect(outcome.error).toBeUndefined();
    const failing = await runWith(tests, { argv: ["false"], framework: "jest" });
    expect(failing.outcome).toEqual({
      exitCode: 1,
      result: { tests: null, testsNote: "no summary of jest was found in the output" },
      error: { message: "exit code 1", code: "exit_code" },
    });
  });

  test("the exit code decides; what does not go with the figures is noted", async () => {
    const hidden = await runWith(tests, printing("1 failed, 2 passed in 0.20s\n"));
    expect(hidden.outcome.error).toBeUndefined();
    expect(hidden.outcome.result?.testsNote).toBe("the command ended with exit code 0 although tests failed");
    const beside = await runWith(tests, printing("2 passed in 0.20s\n", 3));
    expect(beside.outcome).toMatchObject({
      error: { message: "exit code 3", code: "exit_code" },
      result: { testsNote: "the command failed although no test did; its output says why" },
    });
    const odd = await runWith(tests, printing(" Test Files  1 passed (1)\n      Tests  2 passed (3)\n"));
    expect(odd.outcome.result?.testsNote).toBe("the runner counts 3 tests, its parts add up to 2");
  });

  test("killed tests are killed, not failed", async () => {
    const stop = new AbortController();
    const { outcome } = await runWith(
      tests,
      { command: "echo 1 failed in 0.20s; sleep 1000" },
      {
        signal: stop.signal,
        onOutput: () => stop.abort("timeout"),
      },
    );
    expect(outcome.error).toEqual({ message: "killed by SIGKILL", code: "killed" });
    expect(outcome.result).toMatchObject({ signal: "SIGKILL", tests: { failed: 1 } });
  });

  test.each([
    [null, "input must be an object with `argv` or `command`"],
    [{ argv: ["true"], framework: "junit" }, "`framework` must be one of pytest, vitest, jest, mocha, node --test"],
    [{ argv: ["true"], frameworks: "jest" }, "input has unknown fields: frameworks"],
    [{ framework: "jest" }, "input needs either `argv` or `command`"],
  ])("%j is refused and never tried again", async (input, message) => {
    const { outcome } = await runWith(tests, input as Json);
    expect(outcome).toEqual({ exitCode: null, error: { message, code: "bad_input" }, retryable: false });
  });
});
