import { readdirSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { runWith } from "../adapter.test-kit.ts";
import { createRepo, gitIn, type TestRepo } from "../git/git.test-kit.ts";
import { git } from "./git.ts";

let repo: TestRepo;
let temporary: string;
beforeEach(async () => {
  repo = await createRepo();
  temporary = await mkdtemp(join(tmpdir(), "switchyard-tmp-"));
  vi.stubEnv("TMPDIR", temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await repo.remove();
  await rm(temporary, { recursive: true, force: true });
});

const run = (input: { [key: string]: Json }, more: Parameters<typeof runWith>[2] = {}) =>
  runWith(git, { repo: repo.repo, ...input }, more);
const CHANGES = "echo new > new.txt; echo more >> a.txt; rm dir/b.txt; git mv old.txt moved.txt";

/** Nothing is left of a worktree, neither in the repository nor in the temporary folder. */
function expectNoTraces() {
  expect(repo.worktrees()).toEqual([]);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(readdirSync(temporary)).toEqual([]);
}

describe("the git adapter", () => {
  test("runs the command in a worktree, commits what it leaves on a branch of the attempt's own, and lists the files", async () => {
    const head = repo.git("rev-parse", "HEAD");
    const { outcome, stdout } = await run(
      { command: `pwd; echo $SWITCHYARD_JOB_ID; ${CHANGES}` },
      { job: { step: "edit" } },
    );
    const commit = repo.git("rev-parse", "switchyard/j1-2");
    expect(outcome).toEqual({
      exitCode: 0,
      result: {
        branch: "switchyard/j1-2",
        commit,
        base: head,
        filesChanged: 4,
        files: [
          { path: "a.txt", status: "modified" },
          { path: "dir/b.txt", status: "deleted" },
          { path: "moved.txt", status: "renamed" },
          { path: "new.txt", status: "added" },
        ],
      },
    });
    expect(stdout).toMatch(/^\/.*switchyard-worktree-.*\nj1\n$/);
    expect(repo.show(commit, "new.txt")).toBe("new");
    expect(repo.git("log", "-1", "--format=%s|%P", commit)).toBe(`edit (job j1, attempt 2)|${head}`);
    expect(await readFile(join(repo.repo, "a.txt"), "utf8")).toBe("a.txt\n");
    expect(repo.git("rev-parse", "HEAD")).toBe(head);
    expectNoTraces();
  });

  test("two jobs on one repository at once do not see each other", async () => {
    const jobs = ["x", "y", "z"].map((name) =>
      run(
        {
          command: `echo ${name} > a.txt; touch ${repo.folder}/${name}; while [ $(ls ${repo.folder} | wc -l) -lt 4 ]; do sleep 0.01; done; cat a.txt`,
        },
        { job: { jobId: name } },
      ),
    );
    for (const [index, { outcome, stdout }] of (await Promise.all(jobs)).entries()) {
      const name = "xyz"[index];
      expect(stdout).toBe(`${name}\n`);
      expect(outcome.result).toMatchObject({
        branch: `switchyard/${name}-2`,
        files: [{ path: "a.txt", status: "modified" }],
      });
      expect(repo.show(`switchyard/${name}-2`, "a.txt")).toBe(name);
    }
    expect(repo.worktrees()).toEqual([]);
  });

  test("two jobs on one branch: the second to end is refused, and its next attempt begins where the first ended", async () => {
    const second = (attempt: number) =>
      run({
        branch: "topic",
        command: `touch ${repo.folder}/begun; ${attempt === 1 ? `while ! [ -e ${repo.folder}/go ]; do sleep 0.01; done;` : ""} echo 2 > two.txt`,
      });
    const slow = second(1);
    await vi.waitFor(() => expect(readdirSync(repo.folder)).toContain("begun"), 10_000);
    const first = await run({ branch: "topic", command: "echo 1 > one.txt" });
    await writeFile(join(repo.folder, "go"), "");
    expect((await slow).outcome).toMatchObject({ exitCode: null, error: { code: "branch_moved" } });
    const again = await second(2);
    expect(again.outcome.result).toMatchObject({
      base: (first.outcome.result as { commit: string }).commit,
      filesChanged: 1,
    });
    expect(repo.git("ls-tree", "--name-only", "topic")).toBe("a.txt\ndir\nold.txt\none.txt\ntwo.txt");
  });

  test("nothing to commit is success without a commit and without a branch", async () => {
    const { outcome } = await run({ argv: ["true"], branch: "topic" });
    expect(outcome).toMatchObject({ exitCode: 0, result: { branch: null, commit: null, filesChanged: 0, files: [] } });
    expect(outcome.error).toBeUndefined();
    expect(repo.git("branch", "--list", "topic")).toBe("");
  });

  test("what a failing command has touched is listed, not committed, and the worktree goes", async () => {
    const { outcome } = await run({ command: "echo new > new.txt; exit 3" });
    expect(outcome).toMatchObject({
      exitCode: 3,
      error: { code: "exit_code" },
      result: { branch: null, commit: null, filesChanged: 1, files: [{ path: "new.txt", status: "added" }] },
    });
    expect(repo.git("branch", "--list")).toBe("* main");
    expectNoTraces();
  });

  test("a killed command leaves no worktree", async () => {
    const stop = new AbortController();
    const onOutput = () => stop.abort("lease_lost");
    const { outcome } = await run(
      { command: "echo x > a.txt; echo begun; sleep 1000" },
      { signal: stop.signal, onOutput },
    );
    expect(outcome).toMatchObject({ exitCode: null, error: { code: "killed" } });
    expectNoTraces();
    expect(repo.git("branch", "--list")).toBe("* main");
  });

  test("commits that the command has made itself are kept, with what it left besides", async () => {
    const commit = 'git add one.txt && git -c user.name=T -c user.email=t@example.org commit -qm "its own"';
    const { outcome } = await run({ command: `echo 1 > one.txt; ${commit}; echo 2 > two.txt`, message: "the rest" });
    expect(outcome.result).toMatchObject({ filesChanged: 2, files: [{ path: "one.txt" }, { path: "two.txt" }] });
    expect(repo.git("log", "--format=%s", "switchyard/j1-2")).toBe("the rest\nits own\nfirst");
  });

  test("base, branch and a folder of the repository are taken", async () => {
    const first = repo.git("rev-parse", "HEAD");
    repo.git("commit", "--quiet", "--allow-empty", "--message=second");
    const { outcome, stdout } = await run({
      base: "HEAD~1",
      branch: "a/b",
      cwd: "dir",
      argv: ["sh", "-c", "ls; echo x > c.txt"],
    });
    expect(stdout).toBe("b.txt\n");
    expect(outcome.result).toMatchObject({ base: first, branch: "a/b", files: [{ path: "dir/c.txt" }] });
  });

  test("the branch is pushed when asked for; a push that fails says so and keeps the commit", async () => {
    gitIn(repo.folder, "init", "--quiet", "--bare", "remote.git");
    repo.git("remote", "add", "origin", join(repo.folder, "remote.git"));
    const { outcome } = await run({ command: "echo 1 > one.txt", branch: "topic", push: true });
    const { commit } = outcome.result as { commit: string };
    expect(outcome.result).toMatchObject({ pushed: "origin" });
    expect(gitIn(join(repo.folder, "remote.git"), "rev-parse", "topic")).toBe(commit);
    const failed = await run({ command: "echo 2 > two.txt", branch: "other", push: "nowhere" });
    expect(failed.outcome).toMatchObject({ error: { code: "push_failed" }, result: { branch: "other" } });
    expect(failed.outcome.result?.commit).toBe(repo.git("rev-parse", "other"));
  });

  test("a bare repository serves as well", async () => {
    gitIn(repo.folder, "clone", "--quiet", "--bare", "repo", "bare.git");
    const bare = join(repo.folder, "bare.git");
    const { outcome } = await run({ repo: bare, command: "echo 1 > one.txt" });
    expect(gitIn(bare, "rev-parse", "switchyard/j1-2")).toBe(outcome.result?.commit);
    expect(gitIn(bare, "worktree", "list").split("\n")).toHaveLength(1);
  });

  test("a commit hook that says no fails the job with what it said", async () => {
    const hook = join(repo.repo, ".git", "hooks", "pre-commit");
    await writeFile(hook, "#!/bin/sh\necho no such commits here >&2; exit 1\n");
    await chmod(hook, 0o755);
    const { outcome } = await run({ command: "echo 1 > one.txt" });
    expect(outcome).toMatchObject({ exitCode: null, error: { code: "git_failed" } });
    expect(outcome.error?.message).toContain("no such commits here");
  });

  test("a command that leaves its base is refused", async () => {
    const { outcome } = await run({
      command: "git checkout -q --orphan other; git -c user.name=T -c user.email=t@e.org commit -qm other",
    });
    expect(outcome.error?.code).toBe("base_left");
  });

  test("everything may be deleted, and names may be odd", async () => {
    const all = await run({ command: "git rm -rq ." });
    expect(all.outcome.result).toMatchObject({ filesChanged: 3 });
    const odd = await run({ command: 'echo x > "a  b\n\tü.txt"' }, { job: { jobId: "odd" } });
    expect(odd.outcome.result).toMatchObject({ files: [{ path: "a  b\n\tü.txt", status: "added" }] });
  });

  test("more files than an attempt should hold are counted, not listed", async () => {
    const { outcome } = await run({ command: "for i in $(seq 1200); do echo $i > f$i; done" });
    expect(outcome.result).toMatchObject({ filesChanged: 1200, filesTruncated: true });
    expect(outcome.result?.files).toHaveLength(1000);
  });

  test("an id that is no branch name gets one that is, and no other id's", async () => {
    const name = async (jobId: string) => {
      const { outcome } = await run({ command: "echo x > x.txt" }, { job: { jobId } });
      return outcome.result?.branch;
    };
    expect(await name("build.7_x")).toBe("switchyard/build.7_x-2");
    expect(await name("a:b")).toMatch(/^switchyard\/a-b-[0-9a-f]{8}-2$/);
    expect(await name("a@b")).not.toBe(await name("a..b@"));
    expect(await name("..")).toMatch(/^switchyard\/-[0-9a-f]{8}-2$/);
  });

  test.each([
    [{ repo: "" }, "`repo` must be a string"],
    [{ repo: "/nowhere" }, "`repo` is not a git repository on this machine: /nowhere"],
    [{ base: "v99" }, /^`base` is no commit of .*: v99$/],
    [{ base: "--help" }, "`base` must be a name"],
    [{ branch: "a..b" }, "`branch` is not a name git takes: a..b"],
    [{ branch: "main" }, /^branch main is checked out in .*repo$/],
    [{ push: "--all" }, "`push` must be true, false or the name of a remote"],
    [{ push: 7 }, "`push` must be a string"],
    [{ cwd: "../elsewhere" }, "`cwd` must be a folder inside the repository"],
    [{ cwd: "/tmp" }, "`cwd` must be a folder inside the repository"],
    [{ command: "true", argv: ["true"] }, "input needs either `argv` or `command`"],
    [{ colour: "red" }, "input has unknown fields: colour"],
  ])("%j is refused and never tried again", async (input, message) => {
    const { outcome } = await run({ argv: ["true"], ...(input as { [key: string]: Json }) });
    expect(outcome).toMatchObject({ exitCode: null, error: { code: "bad_input" }, retryable: false });
    expect(outcome.error?.message).toMatch(message);
  });
});
