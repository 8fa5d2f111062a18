import { readdirSync } from "node:fs";
import path from "node:path";

/**
 * The product's TypeScript files below a folder of the repository, tests left out; absolute paths.
 */
export function* sourcesOf(room: string): Generator<string> {
  yield* below(path.join(import.meta.dirname, "..", room));
}

function* below(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.name === "generated") continue;
    if (entry.isDirectory()) yield* below(file);
    else if (/\.tsx?$/.test(entry.name) && !/test(-kit)?\.tsx?$/.test(entry.name)) yield file;
  }
}
