import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const fileIn = (dataDir: string) => path.join(dataDir, "address");

/**
 * Notes where the server of a data folder listens, for `npm run login`: with PORT=0 nobody else
 * knows. Never rejects.
 */
export async function noteAddress(dataDir: string, origin: string): Promise<void> {
  // The folder may be missing, or closed to writing: with a database of one's own nothing else
  // needs it.
  await writeFile(fileIn(dataDir), `${origin}\n`).catch(() => {});
}

/** Where the server of a data folder listens, or listened last; undefined when none has. */
export async function notedAddress(dataDir: string): Promise<string | undefined> {
  const text = await readFile(fileIn(dataDir), "utf8").catch(() => "");
  return URL.canParse(text.trim()) ? new URL(text.trim()).origin : undefined;
}
