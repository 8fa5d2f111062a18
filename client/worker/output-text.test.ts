import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { storable } from "../storable.ts";
import { byteLength, headOf, OutputDecoder, Tail, tailOf } from "./output-text.ts";

describe("decoding output", () => {
  test("characters split across chunks are put together", () => {
    const decoder = new OutputDecoder();
    const bytes = Buffer.from("grüße 🚂!");
    let text = "";
    for (const byte of bytes) text += decoder.write(Uint8Array.of(byte));
    expect(text + decoder.end()).toBe("grüße 🚂!");
  });

  test("any text cut anywhere comes out as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(8)), (text, cuts) => {
        const decoder = new OutputDecoder();
        let bytes = Buffer.from(text);
        let read = "";
        for (const cut of cuts) {
          read += decoder.write(bytes.subarray(0, cut));
          bytes = bytes.subarray(cut);
        }
        read += decoder.write(bytes) + decoder.end();
        expect(read).toBe(text.replaceAll("\0", "\uFFFD"));
      }),
    );
  });

  test("NUL, broken UTF-8 and a character that never ends become replacement characters", () => {
    const decoder = new OutputDecoder();
    expect(decoder.write(Buffer.from([0x61, 0, 0x62, 0xff, 0x63]))).toBe("a\uFFFDb\uFFFDc");
    expect(decoder.write(Buffer.from([0xf0, 0x9f]))).toBe("");
    expect(decoder.end()).toBe("\uFFFD");
    expect(storable("a\ud800b\0")).toBe("a\uFFFDb\uFFFD");
  });

  test("text of any bytes can be stored", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const decoder = new OutputDecoder();
        const text = chunks.map((chunk) => decoder.write(chunk)).join("") + decoder.end();
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain("\0");
      }),
    );
  });
});

describe("cutting text to bytes", () => {
  test("never cuts a character in two", () => {
    expect(headOf("aü🚂b", 3)).toBe("aü");
    expect(headOf("aü🚂b", 6)).toBe("aü");
    expect(headOf("aü🚂b", 7)).toBe("aü🚂");
    expect(tailOf("aü🚂b", 4)).toBe("b");
    expect(tailOf("aü🚂b", 5)).toBe("🚂b");
    expect(headOf("🚂", 0)).toBe("");
    expect(tailOf("🚂", 0)).toBe("");
  });

  test("keeps as much as fits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, max) => {
        const head = headOf(text, max);
        const tail = tailOf(text, max);
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
        const least = Math.min(byteLength(text), max - 3);
        for (const part of [head, tail]) {
          expect(byteLength(part)).toBeLessThanOrEqual(max);
          expect(byteLength(part)).toBeGreaterThanOrEqual(least);
        }
      }),
    );
  });
});

describe("the tail", () => {
  test("is everything while it fits", () => {
    const tail = new Tail(10);
    tail.push("12345");
    tail.push("67890");
    expect(tail.read()).toEqual({ output: "1234567890", truncated: false });
  });

  test("is the end, and says so, when it does not", () => {
    const tail = new Tail(10);
    for (let i = 0; i < 1000; i += 1) tail.push(`line ${i}\n`);
    expect(tail.read()).toEqual({ output: "\nline 999\n", truncated: true });
  });
});
