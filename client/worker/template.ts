import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beginningOf } from "../../domain/kernel/text.ts";
import type { ClaimedJob } from "../types.ts";
import type { Adapter, AdapterContext, AdapterOutcome, Command } from "./adapter.ts";
import { type Touched, watchFiles } from "./git/touched.ts";
import { inWorktree, takeWorktreeWish, type WorktreeWish } from "./git/worktree.ts";
import {
  aboutJob,
  BadInput,
  environmentOf,
  type Fields,
  fieldsOf,
  isStrings,
  noMore,
  requiredText,
  textOf,
} from "./input.ts";

/**
 * How to run an agent's command line: data, no code. In `argv`, `{prompt}` stands for the prompt
 * and `{promptFile}` for a file that holds it; an element `{args}` for what the job adds (at the
 * end when there is none).
 */
export interface AgentTemplate {
  /** What a job's `tool` says. */
  name: string;
  /** One line for people. */
  about?: string;
  argv: readonly string[];
  /** How the prompt reaches the tool: within its arguments, on its standard input, or in a file. */
  prompt: "arg" | "stdin" | "file";
  /** Added to the worker's environment; a job's own `env` comes on top. */
  env?: { readonly [name: string]: string };
  /** The longest an attempt of a job without a `timeoutMs` may take (ms). */
  timeoutMs?: number;
  /** Globs of files that the tool keeps for itself: neither reported as touched nor committed. */
  ignore?: readonly string[];
}

/** Linux takes no argument of 128 KiB or more. */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;
const NEEDS = "`prompt`";

interface AgentInput {
  prompt: string;
  args: string[];
  env: { [name: string]: string };
  cwd: string | undefined;
  wish: WorktreeWish | undefined;
}

/**
 * The adapter that a template describes. Input: `{prompt, args?, env?, cwd?}`, or
 * `worktree: {repo, base?, branch?, message?, push?}` in place of `cwd` to work as the git adapter
 * does. The files it touches in a repository are in the result.
 */
export function adapterOf(template: AgentTemplate): Adapter {
  const { name, about } = template;
  const ignore = template.ignore ?? [];
  return {
    name,
    about:
      about ??
      `an agent from a template: {prompt, args?, env?, cwd? | worktree? {repo, base?, branch?, message?, push?}}`,
    async run(job, context) {
      const input = parse(template, job);
      const work = (cwd: string | undefined, env: { [name: string]: string }) =>
        prompted(template, input, context, (command) =>
          context.run({
            ...command,
            ...(cwd !== undefined && { cwd }),
            ...(job.timeoutMs === null && template.timeoutMs !== undefined && { timeoutMs: template.timeoutMs }),
            env: { ...env, ...aboutJob(job), ...template.env, ...input.env },
          }),
        );
      if (input.wish) return inWorktree(job, input.wish, context, ignore, ({ path, env }) => work(path, env));
      const touched = await watchFiles(context, input.cwd ?? ".", ignore).catch(() => undefined);
      const outcome = await work(input.cwd, {});
      const files = await touched?.().catch((): Touched | undefined => undefined);
      return files ? { ...outcome, result: { ...outcome.result, ...files } } : outcome;
    },
  };
}

function parse(template: AgentTemplate, job: ClaimedJob): AgentInput {
  const fields = fieldsOf(job.input, NEEDS);
  const { prompt: _prompt, args, env, cwd: _cwd, worktree, ...rest } = fields;
  noMore(rest);
  const prompt = requiredText(fields, "prompt");
  if (template.prompt === "arg" && Buffer.byteLength(prompt) > MAX_ARGUMENT_BYTES)
    throw new BadInput(`\`prompt\` must have less than 128 KiB: ${template.name} takes it as an argument`);
  if (args !== undefined && !isStrings(args)) throw new BadInput("`args` must be a list of strings");
  const cwd = textOf(fields, "cwd");
  if (cwd !== undefined && worktree !== undefined) throw new BadInput("input takes `cwd` or `worktree`, not both");
  const wish =
    worktree === undefined ? undefined : wishOf(fieldsOf(worktree, "`repo` as `worktree`"), template, prompt, job);
  return { prompt, args: args ?? [], env: environmentOf(env) ?? {}, cwd: cwd && resolve(cwd), wish };
}

function wishOf(worktree: Fields, { name }: AgentTemplate, prompt: string, job: ClaimedJob): WorktreeWish {
  const title = beginningOf(prompt.trim().split("\n", 1)[0] ?? "", 72);
  const message = `${name}: ${title}\n\nJob ${job.jobId}, attempt ${job.attempt}.`;
  const { wish, rest } = takeWorktreeWish({ message, ...worktree }, job);
  noMore(rest);
  return wish;
}

/** Puts the prompt where the tool expects it, for as long as it runs. */
async function prompted(
  template: AgentTemplate,
  { prompt, args }: AgentInput,
  context: Pick<AdapterContext, "removeIfLost">,
  run: (command: Command) => Promise<AdapterOutcome>,
): Promise<AdapterOutcome> {
  if (template.prompt !== "file") {
    return run({ argv: fill(template.argv, { prompt }, args), ...(template.prompt === "stdin" && { stdin: prompt }) });
  }
  const folder = await mkdtemp(join(tmpdir(), "switchyard-prompt-"));
  const kept = context.removeIfLost([folder]);
  try {
    const promptFile = join(folder, "prompt.md");
    await writeFile(promptFile, prompt, { mode: 0o600 });
    return await run({ argv: fill(template.argv, { promptFile }, args) });
  } finally {
    await rm(folder, { recursive: true, force: true });
    kept();
  }
}

function fill(
  argv: readonly string[],
  values: { prompt?: string; promptFile?: string },
  args: readonly string[],
): [string, ...string[]] {
  const withArgs = argv.includes("{args}") ? argv : [...argv, "{args}"];
  // In one pass: what a prompt says is never taken for a placeholder.
  const filled = withArgs.flatMap((part) =>
    part === "{args}"
      ? args
      : [part.replaceAll(/\{(prompt|promptFile)\}/g, (all, name: "prompt" | "promptFile") => values[name] ?? all)],
  );
  return filled as [string, ...string[]];
}

const FIELDS = ["name", "about", "argv", "prompt", "env", "timeoutMs", "ignore"];

/** Everything that is wrong with what somebody wrote as a template. */
export function faultsOfTemplate(value: { readonly [name: string]: unknown }): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const { name, about, argv, prompt, env, timeoutMs, ignore } = value;
  const unknown = Object.keys(value).filter((field) => !FIELDS.includes(field));
  must(unknown.length === 0, `unknown fields: ${unknown.join(", ")}`);
  must(isName(name), "`name` must be 1-200 characters");
  must(about === undefined || typeof about === "string", "`about` must be a string");
  must(isTexts(argv) && argv.length > 0 && argv[0] !== "", "`argv` must be a list of strings, at least one");
  must(["arg", "stdin", "file"].includes(prompt as string), "`prompt` must be arg, stdin or file");
  must(env === undefined || (isObject(env) && isTexts(Object.values(env))), "`env` must be an object of strings");
  must(
    timeoutMs === undefined || (Number.isInteger(timeoutMs) && Number(timeoutMs) > 0),
    "`timeoutMs` must be a whole number",
  );
  must(ignore === undefined || isTexts(ignore), "`ignore` must be a list of strings");
  if (faults.length > 0) return faults;
  const holds = (placeholder: string) => (argv as string[]).some((part) => part.includes(placeholder));
  must(holds("{prompt}") === (prompt === "arg"), "`argv` must hold {prompt} if `prompt` is arg, and only then");
  must(
    holds("{promptFile}") === (prompt === "file"),
    "`argv` must hold {promptFile} if `prompt` is file, and only then",
  );
  return faults;
}

/** Whether it can be what a job's `tool` says. */
export const isName = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= 200;
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes("\0"));
