import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "../client.ts";
import { SwitchyardError } from "../core/problem.ts";
import { findConnection } from "../worker/connection.ts";
import { parseDemoArgs, USAGE } from "./args.ts";
import { show } from "./show.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The demo as a program. Exit codes: 0 the story happened, 1 it did not, 2 it was started wrongly,
 * 130 interrupted.
 */
async function main(): Promise<number> {
  const args = parseDemoArgs(process.argv.slice(2));
  if ("help" in args) {
    console.log(USAGE);
    return 0;
  }
  if ("faults" in args) return misused(args.faults);
  const connection = await findConnection(args, process.env);
  if ("faults" in connection) return misused(connection.faults);

  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => interrupted.abort());
  try {
    // Once, without patience: a server that is not there is to be said at once.
    await createClient(connection).listRuns({ limit: 1 }, { retry: { totalMs: 0 } });
    const context = { node: process.version, ...(await commitHash()) };
    const say = (line: string) => console.log(line);
    let happened: boolean;
    do happened = await show({ connection, context, cwd: ROOT, say, signal: interrupted.signal });
    while (args.loop && happened && !interrupted.signal.aborted);
    if (interrupted.signal.aborted) return 130;
    return happened ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    const hint = error.status === 0 ? "; is the server running? `npm start` starts one" : "";
    console.error(`the demo cannot go on: ${error.message} (${error.code})${hint}`);
    return 1;
  }
}

/** The commit that is checked; nothing when this is not a git checkout. */
async function commitHash(): Promise<{ commit?: string }> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd: ROOT });
    return { commit: stdout.trim() };
  } catch {
    return {};
  }
}

function misused(faults: string[]): number {
  for (const fault of faults) console.error(fault);
  console.error("\nnpm run demo -- --help says how it is used.");
  return 2;
}

process.exitCode = await main();
