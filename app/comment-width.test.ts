import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { sourcesOf } from "./sources.test-kit.ts";

const ROOT = path.join(import.meta.dirname, "..");
const WIDTH = 100;
const COMMENT = /^\s*(?:\/\/|\/\*\*?|\*) /;
/** What cannot be broken: orders to tools, addresses, and code. */
const WHOLE = /biome-ignore|https?:\/\/|`[^`]{60,}`|^\* = /;

it("comments are no wider than 100 columns", () => {
  const wide = ["app", "client", "components", "domain", "e2e", "server"].flatMap((room) =>
    [...sourcesOf(room)].flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line, index) =>
          line.length > WIDTH && COMMENT.test(line) && !WHOLE.test(line)
            ? [`${path.relative(ROOT, file)}:${index + 1}`]
            : [],
        ),
    ),
  );
  expect(wide).toEqual([]);
});
