import { isAbsolute, normalize, resolve } from "node:path";
import type { Adapter } from "../adapter.ts";
import { inWorktree, takeWorktreeWish } from "../git/worktree.ts";
import { aboutJob, BadInput, commandOf, fieldsOf } from "../input.ts";

/**
 * Runs a command in a git worktree of its own and commits the result. Input: `repo` and the command
 * as of `shell` (`cwd` is a folder of the repository), besides `base` (default `HEAD`), `branch`,
 * `message`, `push` (true or a remote's name). See `git/worktree.ts`.
 */
export const git: Adapter = {
  name: "git",
  about:
    "runs a command in a worktree of its own and commits the result: {repo, argv | command, base?, branch?, message?, push?, cwd?, env?, stdin?}",
  async run(job, context) {
    const { wish, rest } = takeWorktreeWish(fieldsOf(job.input, "`repo` and `argv` or `command`"), job);
    const command = commandOf(rest);
    const inside = normalize(command.cwd ?? ".");
    if (isAbsolute(inside) || inside.split("/")[0] === "..")
      throw new BadInput("`cwd` must be a folder inside the repository");
    return inWorktree(job, wish, context, [], ({ path, env }) =>
      context.run({ ...command, cwd: resolve(path, inside), env: { ...env, ...aboutJob(job), ...command.env } }),
    );
  },
};
