import type { Config } from "./config.ts";
import { loginUrl } from "./http/auth/account-routes.ts";
import { localKeyPath } from "./http/auth/api-keys.ts";
import { originOf } from "./origin.ts";

const FIRST_COMMIT = JSON.stringify({ mutations: [{ type: "run.create", runId: "first", workflow: "hello" }] });

/**
 * What a person needs after the start: a link that signs in (once), and a commit to copy. Neither
 * line holds an API key: the shell fetches it.
 */
export async function welcome(
  config: Config,
  port: number,
  server: { mintLoginToken: () => Promise<string> },
): Promise<string[]> {
  const origin = originOf(config, port);
  const key =
    config.bootstrapKey === undefined ? `$(cat ${quote(localKeyPath(config.dataDir))})` : "$SWITCHYARD_BOOTSTRAP_KEY";
  return [
    `Open ${loginUrl(origin, await server.mintLoginToken())}`,
    `Send the first commit: curl -sS ${quote(`${origin}/api/v1/commits`)} -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${FIRST_COMMIT}'`,
  ];
}

function quote(path: string): string {
  return /^[\w.:/-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
