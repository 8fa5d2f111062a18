import { expect, it } from "vitest";
import { mutationsText, positionsText } from "./receipt-text.ts";

it("the mutations of a commit are counted by type, the first few named", () => {
  expect(mutationsText(["job.complete", "context.merge", "job.complete"])).toBe("job.complete ×2, context.merge");
  expect(mutationsText(["a", "b", "c", "d", "e", "f", "f"])).toBe("a, b, c, d and 2 more");
  expect(mutationsText([])).toBe("");
});

it("a receipt has one position, a range, or none", () => {
  expect(positionsText({ firstSeq: 12, lastSeq: 12 })).toBe("#12");
  expect(positionsText({ firstSeq: 12, lastSeq: 15 })).toBe("#12–15");
  expect(positionsText({ firstSeq: 12, lastSeq: 11 })).toBe("none");
});
