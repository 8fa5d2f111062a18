import type { Json } from "../../domain/kernel/primitives.ts";
import type { Command } from "./adapter.ts";

/** A job's input that its adapter cannot work with: trying again would not help. */
export class BadInput extends Error {
  override readonly name = "BadInput";
  readonly code = "bad_input";
}

export type Fields = { [name: string]: Json };

/** The input as an object; `needs` says what is in one. */
export function fieldsOf(input: Json | null, needs: string): Fields {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  throw new BadInput(`input must be an object with ${needs}`);
}

/** Refuses what no one has asked for: a misspelt option must not be ignored in silence. */
export function noMore(rest: Fields): void {
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new BadInput(`input has unknown fields: ${unknown.join(", ")}`);
}

/** A text that is not empty, or undefined when it is left out. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw new BadInput(`\`${name}\` must be a string`);
}

export function requiredText(fields: Fields, name: string): string {
  const value = textOf(fields, name);
  if (value === undefined) throw new BadInput(`input needs \`${name}\``);
  return value;
}

/** `{argv}` or `{command}` for `/bin/sh`, with `cwd`, `env` and `stdin`, and nothing else. */
export function commandOf({ argv, command, cwd, env, stdin, ...rest }: Fields): Command {
  noMore(rest);
  if ((argv === undefined) === (command === undefined)) throw new BadInput("input needs either `argv` or `command`");
  if (argv !== undefined && !(isStrings(argv) && argv.length > 0 && argv[0] !== ""))
    throw new BadInput("`argv` must be a list of strings, at least one");
  textOf({ command: command as Json }, "command");
  textOf({ cwd: cwd as Json }, "cwd");
  if (stdin !== undefined && typeof stdin !== "string") throw new BadInput("`stdin` must be a string");
  const environment = environmentOf(env);
  return {
    argv: command === undefined ? (argv as [string, ...string[]]) : ["/bin/sh", "-c", command as string],
    ...(cwd !== undefined && { cwd: cwd as string }),
    ...(environment && { env: environment }),
    ...(stdin !== undefined && { stdin }),
  };
}

export function environmentOf(env: Json | undefined): { [name: string]: string } | undefined {
  if (env === undefined) return undefined;
  if (typeof env === "object" && env !== null && !Array.isArray(env) && isStrings(Object.values(env)))
    return env as { [name: string]: string };
  throw new BadInput("`env` must be an object of strings");
}

export const isStrings = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes("\0"));

/** What every command gets to know about its job. */
export function aboutJob(job: { jobId: string; runId: string; attempt: number }): { [name: string]: string } {
  return {
    SWITCHYARD_JOB_ID: job.jobId,
    SWITCHYARD_RUN_ID: job.runId,
    SWITCHYARD_ATTEMPT: String(job.attempt),
  };
}
