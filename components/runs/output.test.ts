import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../domain/event.ts";
import { joinOutput, OUTPUT_EVENT, plainText, splitResult } from "./output.ts";

const piece = (seq: number, text: string, attempt = 1, jobId = "a"): LogEvent => ({
  seq,
  v: 1,
  type: OUTPUT_EVENT,
  at: "2026-01-01T00:00:00.000Z",
  actor: "key:worker",
  subject: { kind: "job", id: jobId },
  runId: "r",
  payload: { attempt, stream: "stdout", text },
});

describe("a job's output", () => {
  it("loses its colours and cursor moves", () => {
    expect(plainText("\u001b[1;32m✓\u001b[0m done\u001b[K\n\u001b]0;title\u0007end")).toBe("✓ done\nend");
  });

  it("keeps of a line that was written over only what it said last", () => {
    expect(plainText("10%\r50%\r100%\nnext\r\nlast\r")).toBe("100%\nnext\nlast");
  });

  it("is put together in order, without repeats, for one attempt of one job", () => {
    const events = [
      piece(3, "c"),
      piece(1, "a"),
      piece(2, "b"),
      piece(3, "c"),
      piece(4, "x", 2),
      piece(5, "y", 1, "b"),
    ];
    expect(joinOutput(events, "a", 1)).toEqual({ text: "abc", truncated: false });
  });

  it("is cut at its beginning when there is too much", () => {
    const { text, truncated } = joinOutput([piece(1, "x".repeat(200_000)), piece(2, "end")], "a", 1);
    expect([text.length, text.endsWith("xend"), truncated]).toEqual([200_000, true, true]);
  });

  it("is told apart from the rest of a result", () => {
    expect(splitResult({ output: "hi", truncated: true, passed: 3 })).toEqual({
      output: { text: "hi", truncated: true },
      rest: { passed: 3 },
    });
    expect(splitResult({ output: "hi", truncated: false })).toEqual({
      output: { text: "hi", truncated: false },
      rest: null,
    });
    expect(splitResult([1])).toEqual({ output: null, rest: [1] });
    expect(splitResult(null)).toEqual({ output: null, rest: null });
  });
});
