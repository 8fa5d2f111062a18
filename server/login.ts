import { readFile } from "node:fs/promises";
import { type Config, loadConfig } from "./config.ts";
import { localKeyPath } from "./http/auth/api-keys.ts";
import { reachable } from "./origin.ts";
import { notedAddress } from "./own-address.ts";

/**
 * `npm run login`: asks the server that runs with this configuration for a new login link and
 * prints it. Ends with one clear line and code 1 when there is no such server or no key for it.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  const key = config.bootstrapKey ?? (await readFile(localKeyPath(config.dataDir), "utf8")).trim();
  const origin = await originOf(config);
  const answer = await fetch(`${origin}/api/v1/login-links`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  if (!answer.ok) throw new Error(`${origin} answers ${answer.status}: ${await answer.text()}`);
  const { url } = (await answer.json()) as { url: string };
  process.stdout.write(`Open ${url}\n`);
}

/** What is set counts; else where the server of this data folder says that it listens. */
async function originOf({ host, port, dataDir }: Config): Promise<string> {
  const noted = Number(process.env.PORT || 0) === 0 ? await notedAddress(dataDir) : undefined;
  return noted ?? `http://${reachable(host)}:${port}`;
}

try {
  await main();
} catch (error) {
  const { message, cause } = error as Error;
  process.stderr.write(`switchyard: no login link: ${message}${cause instanceof Error ? ` (${cause.message})` : ""}\n`);
  process.exitCode = 1;
}
