import { describe, expect, it } from "vitest";
import { Terminal } from "./terminal.ts";

const MAX = 200_000;

function shown(...pieces: string[]): string {
  const terminal = new Terminal(MAX);
  for (const piece of pieces) terminal.write(piece);
  return terminal.text();
}

describe("output, as a terminal shows it", () => {
  it.each([
    ["colours, and a title", "\u001b[1;32m✓\u001b[0m done\u001b[K\n\u001b]0;title\u0007end", "✓ done\nend"],
    ["colours with colons", "\u001b[38:2::255:0:0mred\u001b[0m \u001b[4:3mwave", "red wave"],
    ["8-bit control sequences", "\u009b31mred\u009b0m\u009d0;title\u009cend", "redend"],
    ["the character sets that tput sgr0 chooses", "a\u001b(B\u001b[mb\u001b)0c\u001b#8d", "abcd"],
    ["saved cursors and keypad modes", "\u001b7\u001b=ab\u001b8\u001b>X", "Xb"],
    ["links", "\u001b]8;;https://example.org\u001b\\here\u001b]8;;\u001b\\!", "here!"],
    ["device control strings", "a\u001bPq#0;2\u001b\\b\u001b_app\u001b\\c\u001b^pm\u001b\\d", "abcd"],
    ["private modes", "\u001b[?25l\u001b[?2004hx\u001b[>4;1m\u001b[!p", "x"],
    ["bells and other control characters", "a\u0007b\u0000c\u000ed\u007f", "abcd"],
  ])("has no %s", (_, written, read) => expect(shown(written)).toBe(read));

  it.each([
    ["a line that is written over", "10%\r50%\r100%\nnext\r\nlast\r", "100%\nnext\nlast"],
    ["what a shorter line leaves of a longer one", "abcdef\rXY", "XYcdef"],
    ["backspaces", "spinning |\b/\b-\b \b", "spinning  "],
    ["words in bold as man writes them", "b\bbo\bol\bld\bd", "bold"],
    ["an erased line", "working…\r\u001b[2Kdone\n1234\u001b[2D\u001b[Kx", "done\n12x"],
    ["an erased beginning", "abcd\u001b[2D\u001b[1Kz", "  zd"],
    ["lines that are written anew", "a: 1\nb: 1\n\u001b[2A\u001b[2Ka: 2\n\u001b[2Kb: 2\n", "a: 2\nb: 2\n"],
    ["lines that are taken back", "a\nb\nc\u001b[2F\u001b[Jend", "end"],
    ["a column", "name\u001b[10Gvalue\rN\u001b[2Cx", "Namx     value"],
    ["a place on the screen", "one\ntwo\u001b[1;2HX", "oXe\ntwo"],
    ["deleted, inserted and blanked characters", "abcdef\r\u001b[2P\u001b[@\u001b[2C\u001b[X", " c ef"],
    ["a cleared screen below what it was", "old\u001b[2J\u001b[Hnew", "old\nnew"],
    ["tabs", "a\tb\n12345678\r\tx", "a\tb\n12345678x"],
    ["characters beyond the basic plane", "🚀🚀\r✓", "✓🚀"],
  ])("shows %s", (_, written, read) => expect(shown(written)).toBe(read));

  it("takes sequences that are cut by pieces", () => {
    expect(shown("a\u001b", "[3", "1mb", "\u001b]0;ti", "tle\u0007c")).toBe("abc");
  });

  it("lets an unfinished sequence hide no more than its line", () => {
    expect(shown("a\u001b[12\nb\u001b]0;title\nc\u001b(\nd\u001bPq\ne\u001b")).toBe("a\nb\nc\nd\ne");
    expect(shown("a\u001b[31\u001b[1mb\u001b[5\u0018c\u001b[é")).toBe("abcé");
  });

  it("keeps the end of what is more than it holds", () => {
    const terminal = new Terminal(100);
    for (let line = 0; line < 1_000; line += 1) terminal.write(`line ${line}\n`);
    terminal.write("end");
    expect(terminal.text().length).toBeLessThanOrEqual(100);
    expect(terminal.text().endsWith("line 998\nline 999\nend")).toBe(true);
    expect(terminal.truncated).toBe(true);
  });

  it.each([
    ["one line", "a".repeat(MAX)],
    ["returns", "\r".repeat(MAX)],
    ["blanks", " ".repeat(MAX)],
    ["line ends", "\n".repeat(MAX)],
    ["unfinished sequences", "\u001b[".repeat(60_000)],
    ["parameters without end", `\u001b[${"1".repeat(MAX)}`],
    ["colours", "\u001b[0".repeat(60_000)],
    ["a title without end", `\u001b]0;${"t".repeat(MAX)}`],
    ["erased beginnings of a long line", `${"a".repeat(100_000)}${"\u001b[1K".repeat(25_000)}`],
    ["deleted characters of a long line", `${"a".repeat(100_000)}\r${"\u001b[P".repeat(25_000)}`],
    ["inserted characters of a long line", `${"a".repeat(100_000)}\r${"\u001b[999999@".repeat(10_000)}`],
    ["far columns", "\u001b[99999999999Cx\n".repeat(12_000)],
    ["erased screens", "x\n\u001b[1J\u001b[2J".repeat(15_000)],
    ["a cursor that goes up", "\n\u001b[99999Ax".repeat(20_000)],
    ["backspaces", "ab\b".repeat(60_000)],
  ])("works on %s in time that grows with the text", (_, text) => {
    // A generous bound: quadratic work would take minutes.
    const started = performance.now();
    const terminal = new Terminal(MAX);
    for (let at = 0; at < text.length; at += 64_000) terminal.write(text.slice(at, at + 64_000));
    expect(terminal.text().length).toBeLessThanOrEqual(MAX);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
