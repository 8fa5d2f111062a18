import { readCommandLine } from "../command-line.ts";
import { isHttpUrl } from "../worker/args.ts";

export interface DemoArgs {
  url: string | undefined;
  key: string | undefined;
  loop: boolean;
}

export const USAGE = `Submits a real workflow to a running Switchyard server and works on it: this repository's own checks as jobs, and a
probe that fails until what it probes is there, so that a breaker trips and recovers.

  npm run demo [-- --url URL] [--key KEY] [--once | --loop]

  --url URL   the server (default: SWITCHYARD_URL, or http://127.0.0.1:3000)
  --key KEY   API key (default: SWITCHYARD_KEY, or the server's key file in SWITCHYARD_DATA_DIR)
  --once      play the story once and end (the default)
  --loop      play it again and again, until Ctrl-C
  --help      this text`;

const OPTIONS = {
  url: { type: "string" },
  key: { type: "string" },
  once: { type: "boolean" },
  loop: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line: what to do, or every fault in it at once. */
export function parseDemoArgs(argv: string[]): DemoArgs | { help: true } | { faults: string[] } {
  const { values, faults, text } = readCommandLine(argv, OPTIONS);
  if (values.help) return { help: true };
  const url = text("url");
  if (url !== undefined && !isHttpUrl(url)) faults.push(`--url must be an http(s) URL, not "${url}"`);
  if (values.once && values.loop) faults.push("--once and --loop cannot both be");
  return faults.length > 0 ? { faults } : { url, key: text("key"), loop: values.loop === true };
}
