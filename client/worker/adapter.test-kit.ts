import type { Json } from "../../domain/kernel/primitives.ts";
import type { ClaimedJob } from "../types.ts";
import type { Adapter, AdapterContext } from "./adapter.ts";
import { runAdapter } from "./job-runner.ts";
import { runProcess } from "./process.ts";

/** Runs an adapter as the worker would, with real processes and without a server. */
export async function runWith(
  adapter: Adapter,
  input: Json,
  more: { signal?: AbortSignal; job?: Partial<ClaimedJob>; onOutput?: (stdout: string) => void } = {},
) {
  const job = { jobId: "j1", runId: "r1", attempt: 2, tool: adapter.name, step: null, timeoutMs: null, input };
  const text = { stdout: "", stderr: "" };
  const { signal = new AbortController().signal } = more;
  const output: AdapterContext["output"] = (stream, chunk) => {
    text[stream] += Buffer.from(chunk).toString();
    more.onOutput?.(text.stdout);
  };
  const context: AdapterContext = {
    signal,
    output,
    progress: () => undefined,
    removeIfLost: () => () => undefined,
    run: (command) => runProcess(command, { signal, output }),
  };
  const outcome = await runAdapter(adapter, { ...job, ...more.job } as ClaimedJob, context);
  return { outcome, ...text };
}
