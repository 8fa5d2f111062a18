import { expect, test } from "vitest";
import { Attempts } from "./attempts.ts";

test("a caller waits after too many failures, others do not, and the wait ends", () => {
  const clock = { now: 1_000 };
  const attempts = new Attempts({ limit: 2, windowMs: 60_000, now: () => clock.now });
  attempts.fail("a");
  expect(attempts.waitSeconds("a")).toBe(0);
  clock.now = 11_000;
  attempts.fail("a");
  expect(attempts.waitSeconds("a")).toBe(50);
  expect(attempts.waitSeconds("b")).toBe(0);
  clock.now = 61_000;
  expect(attempts.waitSeconds("a")).toBe(0);
  attempts.fail("a");
  expect(attempts.waitSeconds("a")).toBe(0);
});
