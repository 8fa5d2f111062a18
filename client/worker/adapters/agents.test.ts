import { readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { runWith } from "../adapter.test-kit.ts";
import { createRepo, type TestRepo } from "../git/git.test-kit.ts";
import { type AgentTemplate, adapterOf } from "../template.ts";
import { AGENT_TEMPLATES } from "./agents.ts";

let repo: TestRepo;
let bin: string;
let temporary: string;
beforeEach(async () => {
  repo = await createRepo();
  bin = join(repo.folder, "bin");
  temporary = join(repo.folder, "tmp");
  for (const folder of [bin, temporary]) await mkdir(folder);
  vi.stubEnv("TMPDIR", temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await repo.remove();
});

/** A program of this name that writes down how it was called, then does `work` (shell). */
async function fake(name: string, work = "") {
  const path = join(bin, name);
  const record = `require("fs").writeFileSync(process.env.RECORD, JSON.stringify({
    argv: process.argv.slice(1), cwd: process.cwd(), stdin: process.env.HAS_STDIN ? require("fs").readFileSync(0, "utf8") : null,
    file: process.argv.map((part, at, all) => all[at - 1] === "--message-file" ? require("fs").readFileSync(part, "utf8") : null).find(Boolean),
    env: { job: process.env.SWITCHYARD_JOB_ID, colour: process.env.COLOUR, style: process.env.STYLE, key: process.env.SWITCHYARD_KEY },
  }))`;
  await writeFile(path, `#!/bin/sh\n'${process.execPath}' -e '${record}' -- "$@"\n${work}\n`);
  await chmod(path, 0o755);
}

const recorded = async () =>
  JSON.parse(await readFile(join(repo.folder, "record"), "utf8")) as { [name: string]: Json };

function run(template: AgentTemplate, input: { [key: string]: Json }, more: Parameters<typeof runWith>[2] = {}) {
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    RECORD: join(repo.folder, "record"),
    ...(template.prompt === "stdin" && { HAS_STDIN: "1" }),
    ...((input.env ?? {}) as object),
  };
  return runWith(adapterOf(template), { ...input, env }, more);
}

const named = (name: string) => AGENT_TEMPLATES.find((template) => template.name === name) as AgentTemplate;
const PROMPT = '-- Fix it.\nSay {args} and {promptFile}, please: `$HOME` "ü"';

describe("agent command lines", () => {
  test("aider gets the prompt in a file, which is gone afterwards", async () => {
    await fake("aider");
    const { outcome } = await run(named("aider"), { prompt: PROMPT, cwd: repo.repo, args: ["--model", "m"] });
    expect(outcome).toMatchObject({ exitCode: 0, result: { files: [], filesChanged: 0 } });
    const call = await recorded();
    expect(call).toMatchObject({ cwd: repo.repo, file: PROMPT, stdin: null, env: { job: "j1" } });
    expect((call.argv as string[]).slice(0, 3)).toEqual([
      "--message-file",
      expect.stringContaining("/prompt.md"),
      "--yes-always",
    ]);
    expect((call.argv as string[]).slice(-2)).toEqual(["--model", "m"]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("codex gets the prompt on its input, and a job's arguments before the dash", async () => {
    await fake("codex");
    await run(named("codex"), { prompt: PROMPT, cwd: repo.repo, args: ["--model", "m"] });
    expect(await recorded()).toMatchObject({
      argv: ["exec", "--sandbox", "workspace-write", "--skip-git-repo-check", "--color", "never", "--model", "m", "-"],
      stdin: PROMPT,
    });
  });

  test("claude gets the prompt on its input", async () => {
    await fake("claude");
    await run(named("claude"), { prompt: PROMPT, cwd: repo.repo });
    expect(await recorded()).toMatchObject({
      argv: ["-p", "--output-format", "text", "--permission-mode", "acceptEdits"],
      stdin: PROMPT,
    });
  });

  test("a template's own tool gets the prompt as an argument, its environment, and not the worker's key", async () => {
    await fake("mine");
    vi.stubEnv("SWITCHYARD_KEY", "sy_secret");
    const template: AgentTemplate = {
      name: "mine",
      argv: ["mine", "--task={prompt}", "{args}", "end"],
      prompt: "arg",
      env: { COLOUR: "red", STYLE: "plain" },
    };
    await run(template, { prompt: PROMPT, args: ["{prompt}"], env: { COLOUR: "green" } });
    expect(await recorded()).toMatchObject({
      argv: [`--task=${PROMPT}`, "{prompt}", "end"],
      env: { colour: "green", style: "plain" },
    });
    expect((await recorded()).env).not.toHaveProperty("key");
  });

  test("the files it touches in a repository are listed, committed or not, and nothing else", async () => {
    await fake(
      "claude",
      "echo 1 > one.txt; echo more >> a.txt; git add one.txt; git -c user.name=T -c user.email=t@e.org commit -qm one; rm dir/b.txt; echo 2 >> dirty.txt; echo x > ignored.log",
    );
    await writeFile(join(repo.repo, ".gitignore"), "*.log\n");
    for (const file of ["dirty.txt", "untouched.txt"]) await writeFile(join(repo.repo, file), "as it was\n");
    const objects = repo.git("count-objects");
    const { outcome } = await run(named("claude"), { prompt: "do", cwd: repo.repo });
    expect(outcome.result).toEqual({
      filesChanged: 4,
      files: [
        { path: "a.txt", status: "modified" },
        { path: "dir/b.txt", status: "deleted" },
        { path: "dirty.txt", status: "modified" },
        { path: "one.txt", status: "added" },
      ],
    });
    expect(repo.git("status", "--porcelain")).toContain("?? untouched.txt");
    // The tool's own commit has three objects: blob, tree, commit; looking at the files has added
    // none.
    expect(Number(repo.git("count-objects").split(" ")[0])).toBe(Number(objects.split(" ")[0]) + 3);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("outside a repository there are no files to list", async () => {
    const plain = await mkdtemp(join(tmpdir(), "plain-"));
    await fake("claude", "echo 1 > one.txt");
    const { outcome } = await run(named("claude"), { prompt: "do", cwd: plain });
    expect(outcome).toEqual({ exitCode: 0 });
    await rm(plain, { recursive: true });
  });

  test("in a worktree its work is committed under the prompt's first line, without what the tool keeps for itself", async () => {
    await fake(
      "aider",
      "mkdir .aider.tags; touch .aider.tags/cache .aider.chat.history.md dir/.aider.x; echo 1 > one.txt",
    );
    const { outcome } = await run(named("aider"), {
      prompt: "Fix the parser\n\nIt crashes.",
      worktree: { repo: repo.repo, branch: "fix" },
    });
    expect(outcome.result).toMatchObject({
      branch: "fix",
      filesChanged: 1,
      files: [{ path: "one.txt", status: "added" }],
    });
    expect(repo.git("log", "-1", "--format=%B", "fix")).toBe("aider: Fix the parser\n\nJob j1, attempt 2.");
    expect((await recorded()).cwd).toContain("switchyard-worktree-");
    expect(readdirSync(temporary)).toEqual([]);
    expect(repo.worktrees()).toEqual([]);
  });

  test("a tool that takes longer than its template allows is killed and reported as timed out; a job's own limit is the job's", async () => {
    await fake("slow", "sleep 1000");
    const template: AgentTemplate = { name: "slow", argv: ["slow"], prompt: "stdin", timeoutMs: 300 };
    const { outcome } = await run(template, { prompt: "do", cwd: repo.folder });
    expect(outcome).toEqual({
      exitCode: null,
      timedOut: true,
      result: { signal: "SIGKILL" },
      error: { message: "no result within 300 ms", code: "timeout" },
    });
    await fake("slow", "sleep 0.5");
    const longer = await run(template, { prompt: "do", cwd: repo.folder }, { job: { timeoutMs: 60_000 } });
    expect(longer.outcome).toEqual({ exitCode: 0 });
  });

  test("a killed tool leaves neither prompt nor worktree", async () => {
    await fake("aider", "echo begun; sleep 1000");
    const stop = new AbortController();
    const { outcome } = await run(
      named("aider"),
      { prompt: "do", worktree: { repo: repo.repo } },
      { signal: stop.signal, onOutput: () => stop.abort("lease_lost") },
    );
    expect(outcome.error?.code).toBe("killed");
    expect(readdirSync(temporary)).toEqual([]);
    expect(repo.worktrees()).toEqual([]);
  });

  test.each([
    [{}, "input needs `prompt`"],
    [{ prompt: "" }, "`prompt` must be a string"],
    [{ prompt: "p", args: "x" }, "`args` must be a list of strings"],
    [{ prompt: "p", model: "x" }, "input has unknown fields: model"],
    [{ prompt: "p", cwd: "/", worktree: { repo: "/" } }, "input takes `cwd` or `worktree`, not both"],
    [{ prompt: "p", worktree: "/repo" }, "input must be an object with `repo` as `worktree`"],
    [{ prompt: "p", worktree: { repo: "/", argv: ["x"] } }, "input has unknown fields: argv"],
    [{ prompt: "p", worktree: { repo: "/nowhere" } }, "`repo` is not a git repository on this machine: /nowhere"],
  ])("%j is refused and never tried again", async (input, message) => {
    const { outcome } = await runWith(adapterOf(named("claude")), input as Json);
    expect(outcome).toMatchObject({ exitCode: null, error: { message, code: "bad_input" }, retryable: false });
  });

  test("a prompt that is too long for an argument is refused, but not for a file", async () => {
    const prompt = "x".repeat(131_072);
    const asArgument = adapterOf({ name: "arg", argv: ["true", "{prompt}"], prompt: "arg" });
    expect((await runWith(asArgument, { prompt })).outcome.error?.code).toBe("bad_input");
    expect((await runWith(asArgument, { prompt: prompt.slice(1) })).outcome.error).toBeUndefined();
    const asFile = adapterOf({ name: "file", argv: ["wc", "-c", "{promptFile}"], prompt: "file" });
    expect((await runWith(asFile, { prompt })).stdout).toMatch(/^131072 /);
  });
});
