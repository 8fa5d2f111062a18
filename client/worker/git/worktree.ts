import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endOf } from "../../../domain/kernel/text.ts";
import type { ClaimedJob } from "../../types.ts";
import type { AdapterContext, AdapterOutcome } from "../adapter.ts";
import { BadInput, type Fields, requiredText, textOf } from "../input.ts";
import { Git, GitFailed } from "./git.ts";
import { addAll, readNameStatus, type Touched } from "./touched.ts";

/** What a job asks of git. */
export interface WorktreeWish {
  /** A repository on the worker's machine, bare or not. */
  repo: string;
  /** Where a new branch begins. */
  base: string;
  /** One that exists is continued from its tip. Left out: one of the attempt's own. */
  branch: string | undefined;
  message: string;
  /** The remote that gets the branch. */
  push: string | undefined;
}

/** Takes git's part out of a job's input; answers it and the rest. */
export function takeWorktreeWish(fields: Fields, job: ClaimedJob): { wish: WorktreeWish; rest: Fields } {
  const { repo, base, branch, message, push, ...rest } = fields;
  const own = { repo, base, branch, message } as Fields;
  for (const name of ["base", "branch"])
    if (textOf(own, name)?.startsWith("-")) throw new BadInput(`\`${name}\` must be a name`);
  const remote = push === true ? "origin" : push === false ? undefined : textOf({ push } as Fields, "push");
  if (remote?.startsWith("-")) throw new BadInput("`push` must be true, false or the name of a remote");
  const wish = {
    repo: resolve(requiredText(own, "repo")),
    base: textOf(own, "base") ?? "HEAD",
    branch: textOf(own, "branch"),
    message: textOf(own, "message") ?? `${job.step ?? job.tool ?? "job"} (job ${job.jobId}, attempt ${job.attempt})`,
    push: remote,
  };
  return { wish, rest };
}

/** Where the work of a job is to be done. */
export interface Place {
  path: string;
  /** Commits made there need an author. */
  env: { [name: string]: string };
}

/**
 * Does work in a git worktree of its own and commits what it leaves.
 *
 * The worktree is a detached checkout in a temporary folder, so that two jobs on one repository
 * share nothing that either writes to; the branch is moved at the very end, only if it still is
 * where the work began (otherwise `branch_moved`, and another attempt begins at its new tip).
 * Failed work is not committed. The worktree is removed in any case, by the guard if the worker
 * dies. The result is `{branch, commit, base, filesChanged, files, pushed?}`; when nothing has
 * changed `commit` is null.
 *
 * @param ignore globs of files that are the tool's own: neither reported nor committed
 */
export async function inWorktree(
  job: ClaimedJob,
  wish: WorktreeWish,
  context: AdapterContext,
  ignore: readonly string[],
  work: (place: Place) => Promise<AdapterOutcome>,
): Promise<AdapterOutcome> {
  const repo = new Git(context, wish.repo);
  let outcome: AdapterOutcome = { exitCode: null };
  try {
    const start = await findStart(repo, job, wish);
    const place = await openPlace(repo, start.base, context);
    try {
      const env = await identityOf(repo);
      outcome = await work({ path: place.path, env });
      const result = await keepWork({
        env,
        repo,
        here: repo.in(place.path),
        start,
        wish,
        ignore,
        failed: outcome.error !== undefined,
      });
      return { ...outcome, result: { ...outcome.result, ...result } };
    } finally {
      await place.remove();
    }
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    // What ended the work says more than that git could not do its part after it.
    if (outcome.error) return outcome;
    const result = { ...outcome.result, ...(error instanceof NotPushed && error.result) };
    return { ...outcome, exitCode: null, result, error: { message: error.message, code: error.code } };
  }
}

interface Start {
  branch: string;
  base: string;
  /** Whether the branch is there already. */
  exists: boolean;
}

async function findStart(repo: Git, job: ClaimedJob, wish: WorktreeWish): Promise<Start> {
  if (!(await repo.ask(["rev-parse", "--git-dir"]).catch(notThere)).ok)
    throw new BadInput(`\`repo\` is not a git repository on this machine: ${wish.repo}`);
  const branch = wish.branch ?? branchOf(job);
  if (!(await repo.ask(["check-ref-format", `refs/heads/${branch}`])).ok)
    throw new BadInput(`\`branch\` is not a name git takes: ${branch}`);
  await mustNotBeCheckedOut(repo, branch);
  const tip = await repo.commitOf(`refs/heads/${branch}`);
  const base = tip ?? (await repo.commitOf(wish.base));
  if (base === undefined) throw new BadInput(`\`base\` is no commit of ${wish.repo}: ${wish.base}`);
  return { branch, base, exists: tip !== undefined };
}

function notThere(error: unknown): { ok: false } {
  if (error instanceof GitFailed && error.message.includes("ENOENT"))
    throw new GitFailed("git is not installed", "no_git");
  throw error;
}

/** Somebody works on it there: the files in that folder would not go with it. */
async function mustNotBeCheckedOut(repo: Git, branch: string): Promise<void> {
  const list = (await repo.do(["worktree", "list", "--porcelain"])).split("\n");
  const at = list.indexOf(`branch refs/heads/${branch}`);
  if (at < 0) return;
  const folder = list.slice(0, at).findLast((line) => line.startsWith("worktree "));
  throw new BadInput(`branch ${branch} is checked out in ${folder?.slice("worktree ".length)}`);
}

/**
 * The branch of a job that names none: one for each attempt, so that no attempt finds what a lost
 * one has left.
 */
function branchOf({ jobId, attempt }: ClaimedJob): string {
  const name = jobId
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[.-]+/, "");
  const mark = name === jobId ? "" : `-${createHash("sha256").update(jobId).digest("hex").slice(0, 8)}`;
  return `switchyard/${name}${mark}-${attempt}`;
}

async function openPlace(repo: Git, base: string, context: AdapterContext) {
  const common = resolve(repo.folder, await repo.do(["rev-parse", "--git-common-dir"]));
  const folder = await mkdtemp(join(tmpdir(), "switchyard-worktree-"));
  // Git keeps its own notes on a worktree under the last part of its path.
  const name = `switchyard-${randomBytes(8).toString("hex")}`;
  const path = join(folder, name);
  const traces = [folder, join(common, "worktrees", name)];
  const kept = context.removeIfLost(traces);
  const remove = async () => {
    for (const trace of traces) await rm(trace, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    kept();
  };
  try {
    await repo.do(["worktree", "add", "--quiet", "--detach", path, base]);
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An author for the commits, for a machine that has none configured. */
async function identityOf(repo: Git): Promise<{ [name: string]: string }> {
  if (process.env.GIT_AUTHOR_EMAIL || (await repo.ask(["config", "user.email"])).ok) return {};
  const [name, email] = ["Switchyard worker", "worker@switchyard.invalid"];
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

class NotPushed extends GitFailed {
  readonly result: Kept;

  constructor(message: string, result: Kept) {
    super(message, "push_failed");
    this.result = result;
  }
}

type Kept = Touched & { branch: string | null; commit: string | null; base: string; pushed?: string };

interface Work {
  env: Place["env"];
  repo: Git;
  here: Git;
  start: Start;
  wish: WorktreeWish;
  ignore: readonly string[];
  failed: boolean;
}

/**
 * Commits what the work has left, and what it has committed itself; of failed work only the touched
 * files are listed.
 */
async function keepWork({ env, repo, here, start, wish, ignore, failed }: Work): Promise<Kept> {
  const { branch, base, exists } = start;
  await here.do(addAll(ignore));
  const nothing = { branch: exists ? branch : null, commit: null, base };
  const touched = async (against: readonly string[]) =>
    readNameStatus((await here.ask(["diff", "--name-status", "-z", "-M", ...against])).stdout);
  if (failed) return { ...nothing, ...(await touched(["--cached", base])) };
  if (!(await here.ask(["diff", "--cached", "--quiet", "HEAD"])).ok)
    await here.do(["commit", "--quiet", `--message=${wish.message}`], { env });
  const commit = await here.do(["rev-parse", "HEAD"]);
  if (commit === base) return { ...nothing, files: [], filesChanged: 0 };
  if (!(await here.ask(["merge-base", "--is-ancestor", base, commit])).ok)
    throw new GitFailed(`the work has left its base ${base}: HEAD is ${commit}`, "base_left");
  await mustNotBeCheckedOut(repo, branch);
  const from = exists ? base : "0".repeat(base.length);
  const moved = await repo.ask(["update-ref", `refs/heads/${branch}`, commit, from], { uninterrupted: true });
  if (!moved.ok) throw new GitFailed(`branch ${branch} is no longer at ${base}: ${moved.stderr}`, "branch_moved");
  const kept = { branch, commit, base, ...(await touched([base, commit])) };
  if (wish.push === undefined) return kept;
  const pushed = await repo.ask(["push", "--quiet", wish.push, `${commit}:refs/heads/${branch}`]);
  if (!pushed.ok)
    throw new NotPushed(`branch ${branch} could not be pushed to ${wish.push}: ${endOf(pushed.stderr, 1000)}`, kept);
  return { ...kept, pushed: wish.push };
}
