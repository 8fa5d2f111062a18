import { describe, expect, it } from "vitest";
import { beginningOf, endOf, jsonBeginning, oneLine, shortened } from "./text.ts";

describe("text that is cut", () => {
  it("is cut between characters", () => {
    expect([beginningOf("ab🚀", 3), beginningOf("ab🚀", 4), beginningOf("abc", 3)]).toEqual(["ab", "ab🚀", "abc"]);
    expect([endOf("🚀ab", 3), endOf("🚀ab", 4), endOf("abc", 2)]).toEqual(["ab", "🚀ab", "bc"]);
    expect([shortened("abc", 3), shortened("abcd", 3), shortened("a🚀cd", 3)]).toEqual(["abc", "ab…", "a…"]);
  });

  it("stands on one line", () => {
    expect(oneLine("  a \n\n b\tc  ", 50)).toBe("a b c");
    expect(oneLine("a \n b\rc", 50, " ⏎ ")).toBe("a ⏎ b c");
    expect(oneLine("x".repeat(1_000), 10)).toBe("xxxxxxxxx…");
  });

  it("says that there is more, also behind blanks without end", () => {
    expect(oneLine(`x${" ".repeat(1_000_000)}y`, 10)).toBe("x…");
  });
});

describe("the beginning of a value's JSON", () => {
  it("is all of it when it is short", () => {
    const value = { a: [1, "b\n", null, true], ["__proto__"]: { c: {} }, toString: 1 };
    expect(jsonBeginning(value, 1_000)).toBe(JSON.stringify(value));
    expect([jsonBeginning("a", 10), jsonBeginning(1.5, 10), jsonBeginning(null, 10)]).toEqual(['"a"', "1.5", "null"]);
  });

  it("ends where there is no more room, whatever follows", () => {
    let looked = 0;
    const list = new Proxy(
      Array.from({ length: 100_000 }, () => "x"),
      {
        get(target, name, receiver) {
          looked += 1;
          return Reflect.get(target, name, receiver);
        },
      },
    );
    const text = jsonBeginning({ list }, 20);
    expect([text, looked < 100]).toEqual(['{"list":["x","x","x"…', true]);
    expect(jsonBeginning("x".repeat(1_000_000), 5)).toBe('"xxxx…');
  });

  it("goes as deep as values do", () => {
    let deep: unknown = "end";
    for (let level = 0; level < 64; level += 1) deep = { a: deep };
    expect(jsonBeginning(deep, 10_000)).toBe(JSON.stringify(deep));
  });
});

it("a cut falls between characters as readers see them, and leaves nothing that cannot be stored", () => {
  const characters = ["a", "é", "e\u0301", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "1️⃣", "ไ", "नि", "\r\n"];
  for (const character of characters) {
    const text = character.repeat(40);
    for (let max = 0; max <= 60; max += 1) {
      const cut = beginningOf(text, max);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(cut.isWellFormed()).toBe(true);
      if (max >= character.length) expect(cut.length % character.length).toBe(0);
      const end = endOf(text, max);
      expect([end.length <= max, end.isWellFormed()]).toEqual([true, true]);
      if (max >= character.length) expect(end.length % character.length).toBe(0);
      expect(shortened(text, max).length).toBeLessThanOrEqual(Math.max(max, 1));
    }
  }
});
