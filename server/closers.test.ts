import { pino } from "pino";
import { expect, test } from "vitest";
import { Closers } from "./closers.ts";

test("parts close in reverse, once, and one that fails or hangs does not keep the others open", async () => {
  const lines: Record<string, unknown>[] = [];
  const closed: string[] = [];
  const closers = new Closers(pino({ level: "warn" }, { write: (line: string) => lines.push(JSON.parse(line)) }));
  closers.add("first", 1_000, () => closed.push("first"));
  closers.add("hangs", 1, () => new Promise(() => {}));
  closers.add("fails", 1_000, () => {
    throw new Error("no");
  });
  closers.add("last", 1_000, () => closed.push("last"));
  await Promise.all([closers.closeAll(), closers.closeAll()]);
  expect(closed).toEqual(["last", "first"]);
  expect(lines.map((line) => line.part)).toEqual(["fails", "hangs"]);
});
