import { createClient } from "../client.ts";
import { SwitchyardError } from "../core/problem.ts";
import { parseWorkerArgs, USAGE } from "./args.ts";
import { findConnection } from "./connection.ts";
import { type Listed, loadAdapters } from "./load-adapters.ts";
import { createLog } from "./log.ts";
import { startWorker } from "./worker.ts";

/**
 * npm and tsx pass on the Ctrl-C that the terminal has sent to us as well: what comes within this
 * time is one signal.
 */
const SAME_SIGNAL_MS = 500;

/**
 * The worker as a program. Exit codes: 0 stopped as asked, 1 the server refuses it, 2 it was
 * started wrongly.
 */
async function main(): Promise<number> {
  const args = parseWorkerArgs(process.argv.slice(2));
  if ("help" in args) {
    console.log(USAGE);
    return 0;
  }
  if ("faults" in args) return misused(args.faults);
  const loaded = await loadAdapters(args.adapters, process.env.SWITCHYARD_ADAPTERS || undefined);
  if ("faults" in loaded) return misused(loaded.faults);
  if ("list" in args) {
    console.log(listOf(loaded.adapters));
    return 0;
  }
  const connection = await findConnection(args, process.env);
  if ("faults" in connection) return misused(connection.faults);

  const log = createLog(args.agentKey);
  log(`server ${connection.url}`);
  const own = loaded.adapters.filter(({ source }) => source !== "built in");
  for (const { adapter, source } of own) log(`adapter ${adapter.name} from ${source}`);
  const adapters = loaded.adapters.map(({ adapter }) => adapter);
  const worker = startWorker({ ...args, adapters, client: createClient(connection), log });
  let firstSignal: number | undefined;
  const onSignal = () => {
    firstSignal ??= performance.now();
    if (performance.now() - firstSignal > SAME_SIGNAL_MS) worker.kill();
    else worker.stop(args.graceMs);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  try {
    await worker.done;
    log("stopped");
    return 0;
  } catch (error) {
    const reason = error instanceof SwitchyardError ? `${error.message} (${error.code})` : error;
    console.error(
      `the worker cannot go on: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    );
    return 1;
  }
}

/** A line for each: its name, where it is from, what it is. */
function listOf(adapters: readonly Listed[]): string {
  const width = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const names = width(adapters.map(({ adapter }) => adapter.name));
  const sources = width(adapters.map(({ source }) => source));
  return adapters
    .map(({ adapter, source }) =>
      `${adapter.name.padEnd(names)}  ${source.padEnd(sources)}  ${adapter.about ?? ""}`.trimEnd(),
    )
    .join("\n");
}

function misused(faults: string[]): number {
  for (const fault of faults) console.error(fault);
  console.error("\nnpm run worker -- --help says how it is used.");
  return 2;
}

process.exitCode = await main();
