import type { Adapter } from "../adapter.ts";
import { aboutJob, commandOf, fieldsOf } from "../input.ts";

/**
 * Runs a command. Input: `{argv: [program, ...arguments]}`, or `{command}` for `/bin/sh`; besides
 * `cwd`, `env` (added to the worker's own) and `stdin` (text). An exit code other than 0 fails the
 * job.
 */
export const shell: Adapter = {
  name: "shell",
  about: "runs a command: {argv | command, cwd?, env?, stdin?}",
  async run(job, context) {
    const command = commandOf(fieldsOf(job.input, "`argv` or `command`"));
    return context.run({ ...command, env: { ...aboutJob(job), ...command.env } });
  },
};
