import { type ChildProcess, spawn } from "node:child_process";
import type { AdapterContext, AdapterOutcome, Command } from "./adapter.ts";

/** A worker's key opens the whole store: commands do not inherit it. */
const SECRETS = ["SWITCHYARD_KEY", "SWITCHYARD_BOOTSTRAP_KEY", "DATABASE_URL"];
/**
 * A worker started from a git hook has these; a command's git would work on the hook's repository
 * instead of its own.
 */
const OF_A_REPOSITORY = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"];
/** Faults of the machine at the moment, not of the command: another try may find them gone. */
const PASSING = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"]);
/** How long output may still come after the process has ended, from one that left its group. */
const STRAY_OUTPUT_MS = 500;

export interface ProcessContext extends Pick<AdapterContext, "signal" | "output"> {
  /**
   * Called with each started process group; the function it returns is called once the group is
   * gone.
   */
  hold?: (pid: number) => () => void;
}

/**
 * Runs a command in a process group of its own and answers how it ended. When the context is
 * aborted the whole group gets SIGKILL. Whatever the command left running in its group is killed
 * when it exits. Never throws.
 */
export function runProcess(command: Command, context: ProcessContext): Promise<AdapterOutcome> {
  if (context.signal.aborted) return Promise.resolve(ended(null, "SIGKILL"));
  let child: ChildProcess;
  try {
    child = start(command);
  } catch (error) {
    return Promise.resolve(notStarted(command, error as NodeJS.ErrnoException));
  }
  const release = child.pid === undefined ? undefined : context.hold?.(child.pid);
  const output = command.onOutput ?? context.output;
  return new Promise((resolve) => {
    let stray: NodeJS.Timeout | undefined;
    let timedOut = false;
    const kill = () => killGroup(child.pid);
    const timeUp = () => {
      timedOut = true;
      kill();
    };
    const { timeoutMs } = command;
    const timer = timeoutMs === undefined ? undefined : setTimeout(timeUp, timeoutMs);
    const settle = (outcome: AdapterOutcome) => {
      clearTimeout(stray);
      context.signal.removeEventListener("abort", kill);
      resolve(outcome);
    };
    context.signal.addEventListener("abort", kill, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => output("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => output("stderr", chunk));
    // A command that does not read its input closes it early; that is its own affair.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(command.stdin);
    child.once("error", (error) => {
      clearTimeout(timer);
      if (child.pid === undefined) settle(notStarted(command, error));
    });
    child.once("exit", () => {
      clearTimeout(timer);
      kill();
      release?.();
      stray = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, STRAY_OUTPUT_MS);
    });
    child.once("close", (code, signal) => settle(timedOut ? outOfTime(timeoutMs) : ended(code, signal)));
  });
}

function start({ argv, cwd, env, stdin }: Command): ChildProcess {
  const inherited = { ...process.env };
  for (const name of [...SECRETS, ...OF_A_REPOSITORY]) delete inherited[name];
  const [program, ...args] = argv;
  return spawn(program, args, {
    env: { ...inherited, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    // A session of its own, so that the group can be killed without us.
    detached: true,
    ...(cwd !== undefined && { cwd }),
  });
}

function ended(code: number | null, signal: NodeJS.Signals | null): AdapterOutcome {
  if (code === 0) return { exitCode: 0 };
  if (code !== null) return { exitCode: code, error: { message: `exit code ${code}`, code: "exit_code" } };
  const name = signal ?? "unknown";
  return { exitCode: null, result: { signal: name }, error: { message: `killed by ${name}`, code: "killed" } };
}

function outOfTime(timeoutMs: number | undefined): AdapterOutcome {
  const error = { message: `no result within ${timeoutMs} ms`, code: "timeout" };
  return { exitCode: null, result: { signal: "SIGKILL" }, error, timedOut: true };
}

function notStarted({ argv, cwd }: Command, error: NodeJS.ErrnoException): AdapterOutcome {
  const where = cwd === undefined ? "" : ` in ${cwd}`;
  const message = `cannot start ${argv[0]}${where}: ${error.message}`;
  return { exitCode: null, error: { message, code: "spawn_failed" }, retryable: PASSING.has(error.code ?? "") };
}

/** Kills a process group; one that is gone already is fine. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
