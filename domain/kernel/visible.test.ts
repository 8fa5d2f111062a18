import { describe, expect, it } from "vitest";
import { plainVisible, titleText, turnsRound, visible, visibleJson } from "./visible.ts";

describe("text from outside", () => {
  it.each([
    ["turned round", "pay \u202e001\u202c", "pay ‹U+202E›001‹U+202C›"],
    ["isolated", "\u2066a\u2069\u2067b\u2068c", "‹U+2066›a‹U+2069›‹U+2067›b‹U+2068›c"],
    ["marked", "a\u200e\u200f\u061cb", "a‹U+200E›‹U+200F›‹U+061C›b"],
    ["without width", "agent\u200b\u2060\ufeff-1", "agent‹U+200B›‹U+2060›‹U+FEFF›-1"],
    ["joined where nothing joins", "ad\u200dmin\u200c", "ad‹U+200D›min‹U+200C›"],
    ["filled", "a\u3164\u115f\uffa0b\u00ad", "a‹U+3164›‹U+115F›‹U+FFA0›b‹U+00AD›"],
    ["tagged", "a\u{e0041}\u{e007f}", "a‹U+E0041›‹U+E007F›"],
    ["varied", "rm\ufe0f", "rm‹U+FE0F›"],
    ["in other lines", "a\u2028b\u2029c\rd", "a‹U+2028›b‹U+2029›c‹U+000D›d"],
    ["control", "a\u0000\u001b[31m\u0085\u009b", "a‹U+0000›‹U+001B›[31m‹U+0085›‹U+009B›"],
  ])("shows what is %s", (_, text, shown) => expect(visible(text)).toBe(shown));

  it.each(["plain", "a\n\tb\r\nc", "👩‍💻 ❤️ 1️⃣ 👨🏽‍🚀 🏳️‍🌈", "می‌خواهم", "क्‍ष", "שלום", "日本語", "‹U+202E›"])(
    "leaves %j as it is",
    (text) => expect(visible(text)).toBe(text),
  );

  it("stands apart where it would turn round what is beside it", () => {
    expect([turnsRound("שלום 5"), turnsRound("سلام"), turnsRound("5 €")]).toEqual([true, true, false]);
    expect([plainVisible("שלום 5"), plainVisible("hello 5")]).toEqual(["\u2068שלום 5\u2069", "hello 5"]);
    expect(plainVisible("\u2069שלום\u2068")).toBe("\u2068‹U+2069›שלום‹U+2068›\u2069");
  });

  it("stands on one line in a title", () => {
    expect(titleText("a\n b\u202e")).toBe("a b‹U+202E›");
    expect(titleText("x".repeat(1_000_000)).length).toBe(200);
  });

  it("means the same as JSON", () => {
    const value = { "a\u202e": ["\u{e0041}", "👩‍💻", "\u0085", "\u200b"] };
    const text = visibleJson(JSON.stringify(value));
    expect(text).toBe('{"a\\u202e":["\\udb40\\udc41","👩‍💻","\\u0085","\\u200b"]}');
    expect(JSON.parse(text)).toEqual(value);
  });

  it("is looked through in time that grows with its length", () => {
    const started = performance.now();
    for (const text of ["\u202e", "\u200d", "a\ufe0f", "👩\u200d", "\u001b[", " "]) visible(text.repeat(200_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
