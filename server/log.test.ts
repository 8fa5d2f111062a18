import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogger } from "./log.ts";

let lines: { msg: string; n?: number; alsoSince?: number; level: number }[];
const logger = () => createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("of a flood of one text some lines are written, and then how many more there were", () => {
  const log = logger().child({ part: "tests" });
  for (let n = 0; n < 1_000; n += 1) log.warn({ n }, "a socket was disconnected");
  log.info("something else");
  expect(lines.filter(({ msg }) => msg === "a socket was disconnected").map(({ n }) => n)).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
  expect(lines.at(-1)?.msg).toBe("something else");
  vi.advanceTimersByTime(10_000);
  expect(lines.at(-1)).toMatchObject({ msg: "a socket was disconnected", level: 40, alsoSince: 980, part: "tests" });
  log.warn({ n: 1_000 }, "a socket was disconnected");
  expect(lines.at(-1)).toMatchObject({ n: 1_000 });
});

test("texts that differ without end are forgotten without end", () => {
  const log = logger();
  for (let n = 0; n < 2_000; n += 1) log.warn(`text ${n}`);
  expect(lines).toHaveLength(2_000);
});

test("secrets stay out of it", () => {
  logger().warn({ headers: { authorization: "Bearer secret", cookie: "secret", host: "h" } }, "odd");
  expect(JSON.stringify(lines)).not.toContain("secret");
});
