import { parseArgs } from "node:util";
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
  --once      tell the story once and end (the default)
  --loop      tell it again and again, until Ctrl-C
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
  const { values, positionals, tokens } = parseArgs({
    args: argv,
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return { help: true };
  const faults = positionals.map((word) => `unexpected argument "${word}"`);
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(OPTIONS, token.name) ? OPTIONS[token.name as keyof typeof OPTIONS] : undefined;
    if (!option) faults.push(`unknown option ${token.rawName}`);
    else if (option.type === "string" && !token.value) faults.push(`${token.rawName} needs a value`);
  }
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const url = text(values.url);
  if (url !== undefined && !isHttpUrl(url)) faults.push(`--url must be an http(s) URL, not "${url}"`);
  if (values.once && values.loop) faults.push("--once and --loop cannot both be");
  return faults.length > 0 ? { faults } : { url, key: text(values.key), loop: values.loop === true };
}
