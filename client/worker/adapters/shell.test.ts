import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { runWith } from "../adapter.test-kit.ts";
import { commandOf } from "../input.ts";
import { shell } from "./shell.ts";

const run = (input: Json, signal?: AbortSignal, onOutput?: (text: string) => void) =>
  runWith(shell, input, { ...(signal && { signal }), ...(onOutput && { onOutput }) });

describe("the shell adapter's input", () => {
  test("is argv or a command", () => {
    expect(commandOf({ argv: ["ls", "-l"], cwd: "/tmp", env: { A: "1" }, stdin: "x" })).toEqual({
      argv: ["ls", "-l"],
      cwd: "/tmp",
      env: { A: "1" },
      stdin: "x",
    });
    expect(commandOf({ command: "echo a | wc" })).toEqual({ argv: ["/bin/sh", "-c", "echo a | wc"] });
  });

  test.each([
    [null, "input must be an object with `argv` or `command`"],
    [{}, "input needs either `argv` or `command`"],
    [{ argv: ["a"], command: "a" }, "input needs either `argv` or `command`"],
    [{ argv: [] }, "`argv` must be a list of strings, at least one"],
    [{ argv: ["a", 1] }, "`argv` must be a list of strings, at least one"],
    [{ command: "a", env: { A: 1 } }, "`env` must be an object of strings"],
    [{ command: "a", cwd: "" }, "`cwd` must be a string"],
    [{ argv: ["a\0"] }, "`argv` must be a list of strings, at least one"],
    [{ command: 7 }, "`command` must be a string"],
    [{ command: "a", stdin: 7 }, "`stdin` must be a string"],
    [{ command: "a", shell: "bash" }, "input has unknown fields: shell"],
  ])("%j is refused and never tried again", async (input, message) => {
    const { outcome } = await run(input as Json);
    expect(outcome).toEqual({ exitCode: null, error: { message, code: "bad_input" }, retryable: false });
  });
});

describe("the shell adapter", () => {
  test("runs a real command with its streams, folder, environment and input", async () => {
    const command = 'pwd; echo "$COLOUR $SWITCHYARD_JOB_ID $SWITCHYARD_RUN_ID $SWITCHYARD_ATTEMPT"; cat; echo oops >&2';
    const result = await run({ command, cwd: "/", env: { COLOUR: "green" }, stdin: "from stdin\n" });
    expect(result).toEqual({ outcome: { exitCode: 0 }, stdout: "/\ngreen j1 r1 2\nfrom stdin\n", stderr: "oops\n" });
  });

  test("an exit code other than 0 fails the job and names the code", async () => {
    const { outcome } = await run({ argv: ["sh", "-c", "exit 7"] });
    expect(outcome).toEqual({ exitCode: 7, error: { message: "exit code 7", code: "exit_code" } });
  });

  test("a command that is not there, or a folder that is not, cannot be tried again", async () => {
    const missing = await run({ argv: ["/no/such/program"] });
    expect(missing.outcome).toMatchObject({ exitCode: null, error: { code: "spawn_failed" }, retryable: false });
    const nowhere = await run({ argv: ["true"], cwd: "/no/such/folder" });
    expect(nowhere.outcome.error?.message).toContain("/no/such/folder");
  });

  test("a command that ends by a signal says which", async () => {
    const { outcome } = await run({ command: "kill -TERM $$" });
    expect(outcome).toEqual({
      exitCode: null,
      result: { signal: "SIGTERM" },
      error: { message: "killed by SIGTERM", code: "killed" },
    });
  });

  test("the worker's key is not handed on", async () => {
    vi.stubEnv("SWITCHYARD_KEY", "sy_secret");
    try {
      expect((await run({ command: 'echo "[$SWITCHYARD_KEY]"' })).stdout).toBe("[]\n");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("a command that does not read its input is no trouble", async () => {
    expect((await run({ argv: ["true"], stdin: "x".repeat(1_000_000) })).outcome).toEqual({ exitCode: 0 });
  });

  test("a hung child that ignores SIGTERM is killed with everything it started", async () => {
    const controller = new AbortController();
    const script = 'trap "" TERM; sleep 1000 & echo $!; wait';
    const { outcome, stdout } = await run({ command: script }, controller.signal, (text) => {
      if (text.includes("\n")) controller.abort("timeout");
    });
    expect(outcome).toMatchObject({ exitCode: null, result: { signal: "SIGKILL" }, error: { code: "killed" } });
    await expectGone(Number(stdout));
  });

  test("what a command leaves running is killed when it exits", async () => {
    const { outcome, stdout } = await run({ command: "sleep 1000 & echo $!" });
    expect(outcome).toEqual({ exitCode: 0 });
    await expectGone(Number(stdout));
  });

  test("a process that left the group and holds the output open does not hold the job", async () => {
    const folder = await mkdtemp(join(tmpdir(), "switchyard-stray-"));
    const file = join(folder, "pid");
    try {
      const { outcome } = await run({
        argv: ["sh", "-c", `setsid sh -c 'echo $$ > ${file}; exec sleep 1000' & while ! [ -s ${file} ]; do :; done`],
      });
      expect(outcome).toEqual({ exitCode: 0 });
      process.kill(Number(await readFile(file, "utf8")), "SIGKILL");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("nothing is started for a job that was stopped already", async () => {
    const { outcome, stdout } = await run({ argv: ["echo", "hello"] }, AbortSignal.abort("worker_stopped"));
    expect(outcome.error?.code).toBe("killed");
    expect(stdout).toBe("");
  });
});

/** A killed process may be a zombie for a moment, until its new parent has collected it. */
async function expectGone(pid: number): Promise<void> {
  await vi.waitFor(async () => {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").then(
      (stat) => stat.split(") ")[1]?.[0],
      () => "gone",
    );
    expect(["gone", "Z"]).toContain(state);
  }, 10_000);
}
