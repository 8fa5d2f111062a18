import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";

test("an alert's id names its rule and its subject", () => {
  expect(fingerprint("breaker_open", "claude:review")).toBe("breaker_open:claude:review");
});

test("rules whose names begin alike do not share an alert, wherever the colons are", () => {
  expect(fingerprint("nightly", "builds:fast")).not.toBe(fingerprint("nightly:builds", "fast"));
});

test("a long one stays a legal id, of its own", () => {
  const [one, other] = ["1", "2"].map((end) => fingerprint("breaker_open", "x".repeat(199) + end));
  expect(one).toHaveLength(200);
  expect(one).not.toBe(other);
});
