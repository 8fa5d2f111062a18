import { endOf } from "../../../domain/kernel/text.ts";
import type { AdapterContext } from "../adapter.ts";
import { OutputDecoder, Tail } from "../output-text.ts";
import { runProcess } from "../process.ts";

/** A git command that did not do what it was asked to. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  readonly code: string;

  constructor(message: string, code = "git_failed") {
    super(message);
    this.code = code;
  }
}

interface GitOptions {
  env?: { [name: string]: string };
  /** It touches what belongs to everybody: killed half way it could leave a lock behind. */
  uninterrupted?: true;
}

export interface GitAnswer {
  ok: boolean;
  stdout: Buffer;
  stderr: string;
}

const ENVIRONMENT = { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: "true", GIT_OPTIONAL_LOCKS: "0" };
/** Housekeeping in the background would outlive the job. */
const ALWAYS = ["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.quotePath=false"];
const NEVER = new AbortController().signal;
/** Names of some hundred thousand files. */
const MAX_STDOUT_BYTES = 32 * 1024 * 1024;
const MAX_STDERR_BYTES = 64 * 1024;

/** Git in one folder, as a part of a job. */
export class Git {
  readonly folder: string;
  readonly #context: Pick<AdapterContext, "run" | "signal">;

  constructor(context: Pick<AdapterContext, "run" | "signal">, folder: string) {
    this.#context = context;
    this.folder = folder;
  }

  in(folder: string): Git {
    return new Git(this.#context, folder);
  }

  /**
   * Runs it and answers what it said, whether or not it succeeded. Throws `GitFailed` when there is
   * no git, or the job was stopped.
   */
  async ask(args: readonly string[], { env, uninterrupted }: GitOptions = {}): Promise<GitAnswer> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // A repository's hooks say what they like.
    const said = new Tail(MAX_STDERR_BYTES);
    const decoder = new OutputDecoder();
    const command = {
      argv: ["git", "-C", this.folder, ...ALWAYS, ...args] as const,
      env: { ...ENVIRONMENT, ...env },
      onOutput(stream: "stdout" | "stderr", chunk: Uint8Array) {
        if (stream === "stderr") return said.push(decoder.write(chunk));
        bytes += chunk.length;
        if (bytes <= MAX_STDOUT_BYTES) chunks.push(chunk);
      },
    };
    const outcome = await (uninterrupted && !this.#context.signal.aborted
      ? runProcess(command, { signal: NEVER, output: command.onOutput })
      : this.#context.run(command));
    if (outcome.exitCode === null) throw new GitFailed(outcome.error?.message ?? "git was stopped", "killed");
    if (bytes > MAX_STDOUT_BYTES) throw new GitFailed(`git ${args[0]} said more than ${MAX_STDOUT_BYTES} bytes`);
    return { ok: outcome.exitCode === 0, stdout: Buffer.concat(chunks), stderr: said.read().output.trim() };
  }

  /** Runs it and answers its output, which must be one line. Throws `GitFailed` when it fails. */
  async do(args: readonly string[], options?: GitOptions): Promise<string> {
    const answer = await this.ask(args, options);
    if (answer.ok) return answer.stdout.toString("utf8").trim();
    throw new GitFailed(`git ${args[0]} failed: ${endOf(answer.stderr, 1000) || "it said nothing"}`);
  }

  /** The commit that a name stands for, undefined without one. */
  async commitOf(name: string): Promise<string | undefined> {
    const { ok, stdout } = await this.ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    return ok ? stdout.toString("utf8").trim() : undefined;
  }
}
