import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { sourcesOf } from "./sources.test-kit.ts";

/** Tailwind's own sizes, and sizes in place. */
const OTHER_SIZE = /\btext-(?:\[\d[^\]]*\]|(?:xs|sm|base|lg|[2-9]?xl)\b)/g;

it("sets text in the sizes of the type scale alone", () => {
  const others = ["app", "components"].flatMap((room) =>
    [...sourcesOf(room)].flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(OTHER_SIZE)].map(([size]) => `${path.basename(file)}: ${size}`),
    ),
  );
  expect(others).toEqual([]);
});
