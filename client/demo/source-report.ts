import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Counts this repository's files and lines, room by room, source and tests apart. Run from the
 * repository's root.
 */
const ROOMS = ["app", "client", "components", "domain", "e2e", "server"];
const SKIPPED = new Set(["node_modules", "generated", "test-results"]);

interface Count {
  files: number;
  lines: number;
}

async function countRoom(room: string): Promise<{ source: Count; tests: Count }> {
  const counts = { source: { files: 0, lines: 0 }, tests: { files: 0, lines: 0 } };
  const entries = await readdir(room, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.(tsx?|mjs|css)$/.test(entry.name) || path.split("/").some((part) => SKIPPED.has(part)))
      continue;
    const count = /\.(test|spec)\.tsx?$/.test(entry.name) ? counts.tests : counts.source;
    count.files += 1;
    count.lines += (await readFile(path, "utf8")).split("\n").length - 1;
  }
  return counts;
}

const row = (...cells: (string | number)[]) =>
  cells.map((cell, index) => (index ? String(cell).padStart(8) : String(cell).padEnd(12))).join("");

console.log(row("room", "files", "lines", "tests", "lines"));
for (const room of ROOMS) {
  const { source, tests } = await countRoom(room);
  console.log(row(room, source.files, source.lines, tests.files, tests.lines));
}
