import { expect, test } from "vitest";
import { withBadge } from "./title-text.ts";

test("a tab's title says how many alerts fire, once, and nothing when none does", () => {
  expect(withBadge("Runs · Switchyard", 3)).toBe("(3) Runs · Switchyard");
  expect(withBadge("(3) Runs · Switchyard", 10_000)).toBe("(10,000) Runs · Switchyard");
  expect(withBadge("(10,000) Runs · Switchyard", 0)).toBe("Runs · Switchyard");
  expect(withBadge("(1.2M) Runs (2 waiting)", 1)).toBe("(1) Runs (2 waiting)");
  expect(withBadge("(draft) Runs", 0)).toBe("(draft) Runs");
});
