import { expect, test } from "vitest";
import { ID_WORDS, isId } from "./ids.ts";
import { id } from "./primitives.ts";

test("what pages and the worker take for an id is what the contract takes", () => {
  for (const text of ["a", "run-1", "a.b_c:d@e", "...", "x".repeat(200)]) {
    expect([text, isId(text), id.safeParse(text).success]).toEqual([text, true, true]);
  }
  for (const text of ["", ".", "..", "a b", "a/b", "ä", "x".repeat(201)]) {
    expect([text, isId(text), id.safeParse(text).success]).toEqual([text, false, false]);
  }
  expect(id.safeParse("a b").error?.issues[0]?.message).toBe(`must be ${ID_WORDS}`);
});
