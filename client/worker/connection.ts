import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isHttpUrl } from "./args.ts";

export interface Connection {
  url: string;
  key: string;
}

const DEFAULT_URL = "http://127.0.0.1:3000";

/**
 * Where the server is and the key it takes: as given, else from the environment, else the bootstrap
 * key the server was given, else the key file that a server on this machine keeps. Answers the
 * faults instead when something is missing.
 */
export async function findConnection(
  given: { url: string | undefined; key: string | undefined },
  env: { [name: string]: string | undefined },
): Promise<Connection | { faults: string[] }> {
  const faults: string[] = [];
  const url = (given.url ?? (env.SWITCHYARD_URL || DEFAULT_URL)).replace(/\/+$/, "");
  if (!isHttpUrl(url)) faults.push(`SWITCHYARD_URL must be an http(s) URL, not "${url}"`);
  let key = given.key ?? (env.SWITCHYARD_KEY || env.SWITCHYARD_BOOTSTRAP_KEY || undefined);
  if (key === undefined) {
    const path = join(env.SWITCHYARD_DATA_DIR || ".data", "api-key");
    key = await readFile(path, "utf8")
      .then((text) => text.trim() || undefined)
      .catch(() => undefined);
    if (key === undefined) {
      faults.push(
        `no API key: give --key or SWITCHYARD_KEY, or start the server on this machine first (it keeps one in ${path})`,
      );
    }
  }
  return key === undefined || faults.length > 0 ? { faults } : { url, key };
}
