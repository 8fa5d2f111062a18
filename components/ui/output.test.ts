import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { OUTPUT_EVENT, OutputScreen, plainOutput, splitResult } from "./output.ts";

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

describe("what a result keeps of a job's output", () => {
  it("is separate from the rest of a result", () => {
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

  it("is shown without colours, and whole while it is short", () => {
    expect(plainOutput({ text: "\u001b[1;32m✓\u001b[0m done\nend", truncated: false })).toEqual({
      text: "✓ done\nend",
      truncated: false,
    });
  });

  it("is cut at its beginning when there is too much, at the start of a line where there is one", () => {
    const { text, truncated } = plainOutput({ text: `${"x".repeat(900_000)}end`, truncated: false });
    expect([Math.round(text.length / 1_000), text.endsWith("xend"), truncated]).toEqual([200, true, true]);
    const lines = plainOutput({ text: `${"\u001b[31mred\n".repeat(100_000)}end`, truncated: false });
    expect([lines.text.startsWith("red\nred"), lines.truncated]).toEqual([true, true]);
  });
});

describe("a job's output from its events", () => {
  it("is put together in order, without repeats, for one attempt of one job", () => {
    const events = [
      piece(3, "c"),
      piece(1, "a"),
      piece(2, "b"),
      piece(3, "c"),
      piece(4, "x", 2),
      piece(5, "y", 1, "b"),
    ];
    expect(new OutputScreen("a", 1).show(events)).toEqual({ text: "abc", truncated: false });
  });

  it("grows by what comes, and is drawn anew when earlier pieces come in or later ones are left out", () => {
    const screen = new OutputScreen("a", 1);
    expect(screen.show([piece(5, "10%")]).text).toBe("10%");
    expect(screen.show([piece(5, "10%"), piece(6, "\r\u001b[")]).text).toBe("10%");
    expect(screen.show([piece(5, "10%"), piece(6, "\r\u001b["), piece(7, "Kdone")]).text).toBe("done");
    expect(screen.show([piece(4, "start\n"), piece(5, "10%")]).text).toBe("start\n10%");
    expect(screen.show([]).text).toBe("");
  });

  it("keeps the end of what is too much, however it comes", () => {
    const events: LogEvent[] = [];
    const screen = new OutputScreen("a", 1);
    for (let seq = 1; seq <= 20; seq += 1) {
      events.push(piece(seq, "x".repeat(64_000)));
      screen.show(events);
    }
    events.push(piece(21, "end"));
    for (const { text, truncated } of [screen.show(events), new OutputScreen("a", 1).show(events)]) {
      expect([Math.round(text.length / 1_000), text.endsWith("xend"), truncated]).toEqual([200, true, true]);
    }
  });

  it("is only text, for a payload of any shape", () => {
    const odd = { ...piece(1, ""), payload: { attempt: 1, text: { toString: 1 } } };
    expect(new OutputScreen("a", 1).show([odd as LogEvent]).text).toBe("");
  });
});
