import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const AUTHOR = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];

/** Runs git in a folder and answers its output, trimmed. */
export const gitIn = (folder: string, ...args: string[]): string =>
  execFileSync("git", ["-C", folder, ...AUTHOR, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();

export interface TestRepo {
  /** Holds `repo`, and what the test puts beside it. */
  folder: string;
  repo: string;
  git(...args: string[]): string;
  /** Files of a commit, with their texts. */
  show(commit: string, file: string): string;
  /** Worktrees that git lists besides the repository's own. */
  worktrees(): string[];
  remove(): Promise<void>;
}

/** A repository with one commit: `a.txt`, `old.txt` and `dir/b.txt`. */
export async function createRepo(): Promise<TestRepo> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-git-"));
  const repo = join(folder, "repo");
  await mkdir(join(repo, "dir"), { recursive: true });
  gitIn(repo, "init", "--quiet", "--initial-branch=main");
  for (const file of ["a.txt", "old.txt", "dir/b.txt"]) await writeFile(join(repo, file), `${file}\n`);
  gitIn(repo, "add", "--all");
  gitIn(repo, "commit", "--quiet", "--message=first");
  const notes = join(repo, ".git", "worktrees");
  return {
    folder,
    repo,
    git: (...args) => gitIn(repo, ...args),
    show: (commit, file) => gitIn(repo, "show", `${commit}:${file}`),
    worktrees: () => (existsSync(notes) ? readdirSync(notes) : []),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
