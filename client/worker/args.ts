import { isId } from "../../domain/kernel/ids.ts";
import { DAY_MS, HOUR_MS } from "../../domain/kernel/time.ts";
import { readCommandLine } from "../command-line.ts";

export interface WorkerArgs {
  agentKey: string;
  capabilities: string[];
  /** Undefined: any queue. */
  queues: string[] | undefined;
  slots: number;
  leaseMs: number;
  graceMs: number;
  url: string | undefined;
  key: string | undefined;
  /** Files of adapters beside the built-in ones. */
  adapters: string[];
}

export const USAGE = `Claims jobs from a Switchyard server and runs them as real processes.

  npm run worker -- --agent NAME [--capability CAP ...] [--queue QUEUE ...] [--slots N]

  --agent NAME        the agent to work as; it is registered at start
  --capability CAP    what it can do; repeat for more (jobs that ask for no capability fit everyone)
  --queue QUEUE       claim from this queue only; repeat for more (default: every queue)
  --slots N           jobs at the same time, 1-100 (default 1)
  --url URL           the server (default: SWITCHYARD_URL, or http://127.0.0.1:3000)
  --key KEY           API key (default: SWITCHYARD_KEY, or the server's key file in SWITCHYARD_DATA_DIR)
  --lease-ms MS       how long a silent worker keeps a job, 1000-3600000 (default 30000)
  --grace-ms MS       how long running jobs may go on after SIGTERM or Ctrl-C (default 30000)
  --adapter FILE      adapters or templates of your own (.mjs, .js, .ts, .json); repeat for more. All such files of the
                      folder SWITCHYARD_ADAPTERS are taken as well. See docs/adapters.md
  --list-adapters     what a job's tool may say here, and what its input is
  --help              this text

The first SIGTERM or Ctrl-C stops claiming and lets running jobs finish; the second kills them.`;

const OPTIONS = {
  agent: { type: "string" },
  capability: { type: "string", multiple: true },
  queue: { type: "string", multiple: true },
  slots: { type: "string" },
  url: { type: "string" },
  key: { type: "string" },
  "lease-ms": { type: "string" },
  "grace-ms": { type: "string" },
  adapter: { type: "string", multiple: true },
  "list-adapters": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line: what to do, or every fault in it at once. */
export function parseWorkerArgs(
  argv: string[],
): WorkerArgs | { help: true } | { list: true; adapters: string[] } | { faults: string[] } {
  const { values, faults, text } = readCommandLine(argv, OPTIONS);
  if (values.help) return { help: true };
  const list = (name: "capability" | "queue" | "adapter") =>
    (values[name] as unknown[] | undefined)?.filter(
      (value): value is string => typeof value === "string" && value !== "",
    );
  const whole = (name: keyof typeof OPTIONS, fallback: number, min: number, max: number) => {
    const value = text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    faults.push(`--${name} must be a whole number from ${min} to ${max}, not "${value}"`);
    return fallback;
  };

  const adapters = list("adapter") ?? [];
  if (values["list-adapters"]) return faults.length > 0 ? { faults } : { list: true, adapters };
  const agentKey = text("agent");
  if (agentKey === undefined && !faults.includes("--agent needs a value")) faults.push("--agent is required");
  if (agentKey !== undefined && !isId(agentKey))
    faults.push(`--agent must be 1-200 of A-Z a-z 0-9 . _ : @ -, not "${agentKey}"`);
  const queues = list("queue");
  for (const queue of queues ?? [])
    if (!isId(queue)) faults.push(`--queue must be 1-200 of A-Z a-z 0-9 . _ : @ -, not "${queue}"`);
  const capabilities = list("capability") ?? [];
  for (const capability of capabilities)
    if (capability.length > 200) faults.push("--capability must be at most 200 characters");
  const url = text("url");
  if (url !== undefined && !isHttpUrl(url)) faults.push(`--url must be an http(s) URL, not "${url}"`);
  const slots = whole("slots", 1, 1, 100);
  const leaseMs = whole("lease-ms", 30_000, 1_000, HOUR_MS);
  const graceMs = whole("grace-ms", 30_000, 0, DAY_MS);
  if (faults.length > 0 || agentKey === undefined) return { faults };
  return {
    agentKey,
    capabilities,
    queues: queues?.length ? queues : undefined,
    slots,
    leaseMs,
    graceMs,
    url,
    key: text("key"),
    adapters,
  };
}

/** Whether a string is an http or https URL. */
export function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
