import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRepo, type TestRepo } from "./git/git.test-kit.ts";
import {
  becomes,
  dies,
  enqueue,
  folder,
  getJob,
  newAgent,
  pidIn,
  SLOW,
  server,
  setUp,
  startProcess,
  work,
} from "./worker.test-kit.ts";

setUp();

let repo: TestRepo;
beforeEach(async () => {
  repo = await createRepo();
});
afterEach(() => repo.remove());

test("figures of tests and touched files are in the attempt, beside the output", async () => {
  const agentKey = newAgent();
  work(agentKey, { slots: 2 });
  const { jobIds } = await enqueue(
    agentKey,
    { tool: "tests", input: { command: "echo '1 failed, 2 passed, 1 skipped in 0.12s'; exit 1" } },
    { tool: "git", input: { repo: repo.repo, command: "echo new > new.txt; echo done" } },
  );
  const [tests, git] = jobIds as [string, string];
  await becomes(tests, "failed");
  expect((await getJob(tests)).attempts).toMatchObject([
    {
      status: "failed",
      error: { code: "tests_failed", message: "1 of 4 tests failed (pytest, exit code 1)" },
      result: {
        tests: { framework: "pytest", passed: 2, failed: 1, skipped: 1, total: 4 },
        output: "1 failed, 2 passed, 1 skipped in 0.12s\n",
        truncated: false,
      },
    },
  ]);
  await becomes(git, "completed");
  expect((await getJob(git)).result).toMatchObject({
    commit: repo.git("rev-list", "--branches=switchyard/*", "-1"),
    files: [{ path: "new.txt", status: "added" }],
    output: "done\n",
  });
});

test("an agent that takes longer than its template allows is reported as timed out, and tried again", async () => {
  const agentKey = newAgent();
  const slow = join(folder, "slow.json");
  await writeFile(
    slow,
    JSON.stringify({
      name: "slow",
      argv: ["sh", "-c", "[ $SWITCHYARD_ATTEMPT = 2 ] || sleep 1000"],
      prompt: "stdin",
      timeoutMs: 200,
    }),
  );
  const { output } = startProcess(agentKey, "--adapter", slow);
  const { jobId } = await enqueue(agentKey, { tool: "slow", input: { prompt: "do" }, maxAttempts: 2, backoffMs: 1 });
  await becomes(jobId, "completed");
  expect((await getJob(jobId)).attempts.map((attempt) => attempt.status)).toEqual(["timed_out", "completed"]);
  expect(output()).toContain(`adapter slow from ${slow}`);
});

test("the worktree of a cancelled job is removed, and of one whose worker was killed", async () => {
  const command = `echo $$ > ${folder}/pid; pwd > ${folder}/place; sleep 1000`;
  for (const how of ["cancelled", "killed"] as const) {
    const agentKey = newAgent();
    const program = startProcess(agentKey);
    const { jobId } = await enqueue(agentKey, { tool: "git", input: { repo: repo.repo, command } });
    const pid = await pidIn("pid");
    expect(repo.worktrees()).toHaveLength(1);
    if (how === "cancelled") await server.client.commit([{ type: "job.cancel", jobId }]);
    else program.child.kill("SIGKILL");
    await dies(pid);
    await expect.poll(() => repo.worktrees(), SLOW).toEqual([]);
    expect(repo.git("worktree", "list").split("\n")).toHaveLength(1);
    await writeFile(join(folder, "pid"), "");
  }
});

test("the program lists its adapters, and refuses to start with one it cannot read", async () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const own = join(folder, "own.mjs");
  await writeFile(
    own,
    `export default { name: "own", about: "mine", run: (job, context) => context.run({ argv: ["true"] }) };`,
  );
  const call = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", main, ...args], {
      encoding: "utf8",
      env: { ...process.env, SWITCHYARD_ADAPTERS: folder },
    });
  const listed = call("--list-adapters");
  expect(listed.status).toBe(0);
  const lines = listed.stdout.trimEnd().split("\n");
  expect(lines.map((line) => line.split(/\s+/)[0])).toEqual([
    "shell",
    "tests",
    "git",
    "aider",
    "codex",
    "claude",
    "own",
  ]);
  expect(lines.at(-1)).toMatch(/^own +\S*own\.mjs +mine$/);
  const refused = call("--agent", "a", "--adapter", join(folder, "missing.mjs"));
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("missing.mjs: ");
});
