import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

export interface Holder {
  process: ChildProcess;
  url: string;
  /** Id of the Postgres it started. */
  pid: number;
}

/** Starts a server process on a data folder, as another user if one is named. Rejects with what it said if it fails. */
export async function holdFolder(folder: string, user: { uid: number; gid: number } | undefined): Promise<Holder> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", path.join(import.meta.dirname, "hold-embedded.ts"), folder],
    {
      ...user,
      stdio: ["ignore", "pipe", "pipe"],
      env: { NODE_ENV: "test" },
    },
  );
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
