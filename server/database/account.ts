import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";

/** Whom Postgres runs as when this process is root, which Postgres refuses to be. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account for Postgres, or undefined if this process is not root and Postgres runs as the same
 * user. Data that exists decides: it belongs to the account that made it.
 */
export function chooseAccount(dataDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dataDirectory)) {
    const { uid, gid } = statSync(dataDirectory);
    if (uid !== 0) return { uid, gid };
  }
  // initdb looks its user up, so the account must be a known one.
  return lookUp("postgres") ?? lookUp("nobody") ?? { uid: 65_534, gid: 65_534 };
}

/**
 * True if the account may enter the folder, asked of the system itself rather than worked out from
 * permissions.
 */
export function mayEnter(account: Account | undefined, folder: string): boolean {
  const { status } = spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], {
    ...account,
    cwd: "/",
    stdio: "ignore",
  });
  return status === 0;
}

/** True if the account may run the program. */
export function mayRun(account: Account | undefined, program: string): boolean {
  return spawnSync(program, ["--version"], { ...account, cwd: "/", stdio: "ignore" }).status === 0;
}

function lookUp(name: string): Account | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
