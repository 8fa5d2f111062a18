import type { Json } from "../../../domain/primitives.ts";
import type { Adapter } from "../adapter.ts";
import { runProcess } from "../process.ts";

interface ShellInput {
  argv: [string, ...string[]];
  cwd?: string;
  env?: { [name: string]: string };
  stdin?: string;
}

/**
 * Runs a command. Input: `{argv: [program, ...arguments]}`, or `{command}` for `/bin/sh`; besides `cwd`, `env` (added to the worker's own) and
 * `stdin` (text). An exit code other than 0 fails the job.
 */
export const shell: Adapter = {
  name: "shell",
  async run(job, context) {
    const input = parseShellInput(job.input);
    if (typeof input === "string") {
      return { exitCode: null, error: { message: input, code: "bad_input" }, retryable: false };
    }
    const about = {
      SWITCHYARD_JOB_ID: job.jobId,
      SWITCHYARD_RUN_ID: job.runId,
      SWITCHYARD_ATTEMPT: String(job.attempt),
    };
    return runProcess({ ...input, env: { ...about, ...input.env } }, context);
  },
};

/** The command a job's input asks for, or what is wrong with it. */
export function parseShellInput(input: Json | null): ShellInput | string {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return "input must be an object with `argv` or `command`";
  const { argv, command, cwd, env, stdin, ...rest } = input;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) return `input has unknown fields: ${unknown.join(", ")}`;
  if ((argv === undefined) === (command === undefined)) return "input needs either `argv` or `command`";
  if (argv !== undefined && !(isStrings(argv) && argv.length > 0))
    return "`argv` must be a list of strings, at least one";
  if (command !== undefined && (typeof command !== "string" || command === "")) return "`command` must be a string";
  if (cwd !== undefined && typeof cwd !== "string") return "`cwd` must be a string";
  if (stdin !== undefined && typeof stdin !== "string") return "`stdin` must be a string";
  if (env !== undefined && !isEnvironment(env)) return "`env` must be an object of strings";
  return {
    argv: command === undefined ? (argv as [string, ...string[]]) : ["/bin/sh", "-c", command],
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
    ...(stdin !== undefined && { stdin }),
  };
}

const isStrings = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function isEnvironment(value: Json): value is { [name: string]: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && isStrings(Object.values(value));
}
