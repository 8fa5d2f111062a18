import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OUTPUT_BYTES_PER_SECOND, type OutputPiece, OutputQueue } from "./output-queue.ts";
import { byteLength } from "./output-text.ts";

const AT = "2026-11-21T10:00:00.000Z";
const real = (pieces: OutputPiece[]) => pieces.filter((piece) => !piece.truncated);
const size = (pieces: OutputPiece[]) => real(pieces).reduce((sum, piece) => sum + byteLength(piece.text), 0);

describe("the output queue", () => {
  test("joins what came from one stream and keeps the order of the streams", () => {
    const queue = new OutputQueue();
    queue.push("stdout", "a", AT);
    queue.push("stdout", "b", "later");
    queue.push("stderr", "c", AT);
    queue.push("stdout", "d", AT);
    expect(queue.take(0, AT)).toEqual([
      { stream: "stdout", text: "ab", at: AT },
      { stream: "stderr", text: "c", at: AT },
      { stream: "stdout", text: "d", at: AT },
    ]);
    expect(queue.isEmpty).toBe(true);
    expect(queue.take(1, AT)).toEqual([]);
  });

  test("sends 64 KB in a second, the rest in the next", () => {
    const queue = new OutputQueue();
    queue.push("stdout", "x".repeat(40_000), AT);
    expect(size(queue.take(0, AT))).toBe(40_000);
    queue.push("stdout", "y".repeat(40_000), AT);
    expect(size(queue.take(250, AT))).toBe(OUTPUT_BYTES_PER_SECOND - 40_000);
    expect(size(queue.take(500, AT))).toBe(0);
    expect(size(queue.take(1000, AT))).toBe(80_000 - OUTPUT_BYTES_PER_SECOND);
    expect(queue.isEmpty).toBe(true);
  });

  test("leaves out what is too much, in its place and visibly", () => {
    const queue = new OutputQueue();
    queue.push("stdout", "x".repeat(OUTPUT_BYTES_PER_SECOND), AT);
    queue.push("stdout", "lost", AT);
    queue.push("stdout", "lost too", AT);
    const taken = queue.take(0, AT);
    expect(size(taken)).toBe(OUTPUT_BYTES_PER_SECOND);
    expect(taken.at(-1)).toEqual({
      stream: "stdout",
      text: "\n[12 bytes left out: more than 64 KB in a second]\n",
      at: AT,
      truncated: true,
    });
    queue.push("stdout", "again", AT);
    expect(queue.take(1000, AT)).toEqual([{ stream: "stdout", text: "again", at: AT }]);
  });

  test("at the end of a job it gives what the second allows and says what it leaves out", () => {
    const queue = new OutputQueue();
    queue.push("stderr", "x".repeat(60_000), AT);
    queue.take(0, AT);
    queue.push("stderr", "y".repeat(10_000), AT);
    const last = queue.takeLast(10, AT);
    expect(size(last)).toBe(OUTPUT_BYTES_PER_SECOND - 60_000);
    expect(last.at(-1)).toMatchObject({ stream: "stderr", truncated: true });
    expect(queue.isEmpty).toBe(true);
  });

  test("never sends more than 64 KB in any second, never out of order, and accounts for every byte", () => {
    const step = fc.record({
      bytes: fc.nat(50_000),
      wait: fc.nat(600),
      stream: fc.constantFrom("stdout" as const, "stderr" as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new OutputQueue();
        const sent: { now: number; bytes: number }[] = [];
        let now = 0;
        let pushed = 0;
        let left = 0;
        const count = (pieces: OutputPiece[]) => {
          sent.push({ now, bytes: size(pieces) });
          for (const piece of pieces) if (piece.truncated) left += Number(/\d+/.exec(piece.text)?.[0]);
        };
        for (const { bytes, wait, stream } of steps) {
          queue.push(stream, "ü".repeat(bytes / 2), AT);
          pushed += 2 * Math.floor(bytes / 2);
          now += wait;
          count(queue.take(now, AT));
        }
        count(queue.takeLast(now, AT));
        for (const { now: start } of sent) {
          const second = sent.filter((one) => one.now >= start && one.now < start + 1000);
          expect(second.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThanOrEqual(OUTPUT_BYTES_PER_SECOND);
        }
        expect(sent.reduce((sum, one) => sum + one.bytes, 0) + left).toBe(pushed);
      }),
    );
  });
});
