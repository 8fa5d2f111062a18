import fc from "fast-check";
import { expect, test } from "vitest";
import { text } from "../domain/kernel/primitives.ts";
import { storableText, thrownText } from "./storable.ts";

const FAMILY = "👩‍👩‍👧‍👦";

test("a message that is too long is cut between characters as readers see them", () => {
  for (let before = 3_980; before <= 4_000; before += 1) {
    const cut = storableText(`${"x".repeat(before)}${FAMILY}${FAMILY}`);
    expect(cut.replaceAll("x", "").replaceAll(FAMILY, "")).toBe("");
  }
});

test("the message of anything thrown is one that the server accepts", () => {
  const any = fc.oneof(fc.string({ unit: "binary", maxLength: 5_000 }), fc.constantFrom("a\0", "\ud83d".repeat(5_000)));
  fc.assert(fc.property(any, (message) => text.safeParse(thrownText(new Error(message))).success));
});
