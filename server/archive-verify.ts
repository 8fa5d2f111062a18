import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { checkArchive } from "./store/maintenance/archive/check.ts";

/**
 * `npm run archive:verify -- FILE-OR-FOLDER…`: checks files of the archive without a server or a
 * database. Each must be whole, with every hash in it right; those of one log must follow on one
 * another. Prints a line for each, and ends with code 1 when something is wrong.
 */
async function main(given: readonly string[]): Promise<void> {
  if (given.length === 0) throw new Error("name files of the archive, or folders of them");
  const files = (await Promise.all(given.map(filesOf))).flat();
  if (files.length === 0) throw new Error(`no files of an archive in ${given.join(", ")}`);
  const { whole, faults } = await checkArchive(files);
  for (const { file, content } of whole) {
    const { tenantId, from, to, receipts, events, hash } = content;
    process.stdout.write(
      `ok    ${file}: ${tenantId} ${from}–${to}, ${receipts} receipts, ${events} events, ends in ${hash}\n`,
    );
  }
  for (const fault of faults) process.stderr.write(`FAULT ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

async function filesOf(given: string): Promise<string[]> {
  if (!(await stat(given)).isDirectory()) return [given];
  const names = await readdir(given, { recursive: true });
  const files = names.filter((name) => name.endsWith(".ndjson.gz")).map((name) => path.join(given, name));
  return files.sort();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`switchyard: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
