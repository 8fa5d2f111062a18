import { expect, test } from "vitest";
import { agentView } from "../agents.test-kit.ts";
import { isUnordered, orderedWords } from "./breaker-orders.ts";
import type { BreakerRow } from "./breaker-view.ts";

const breaker = (part: Partial<BreakerRow>): BreakerRow => ({ ...agentView("a").breaker, ...part });
const order = {
  state: "forced_open",
  reason: "deploy",
  by: "user:ada",
  at: "2026-11-21T10:00:00.000Z",
  expiresAt: null,
} as const;
const seen = breaker({ state: "open" });

test("automatic changes of a breaker do not stop an order: calls, opening, trials", () => {
  expect(isUnordered(seen, breaker({ state: "half_open", version: 70, calls: 12 }))).toBe(true);
  expect(isUnordered(breaker({ state: "closed" }), breaker({ state: "open" }))).toBe(true);
});

test("another order stops it, and so does a breaker that closed", () => {
  const tripped = breaker({ state: "forced_open", override: order });
  expect(isUnordered(seen, tripped)).toBe(false);
  expect(isUnordered(tripped, breaker({ state: "forced_open", override: { ...order, reason: "other" } }))).toBe(false);
  expect(isUnordered(tripped, tripped)).toBe(true);
  expect(isUnordered(seen, breaker({ state: "closed" }))).toBe(false);
  expect(orderedWords(tripped)).toBe("Somebody set it to Forced open meanwhile: deploy");
  expect(orderedWords(breaker({ state: "closed" }))).toBe("It has changed to Closed meanwhile. Check it again.");
});
