import { describe, expect, test } from "vitest";
import type { LogEvent } from "../domain/kernel/event.ts";
import { Position } from "./follow.ts";

const event = (seq: number) => ({ seq, type: "run.created" }) as LogEvent;
const frame = (from: number, to: number, ...seqs: number[]) => ({ from, to, events: seqs.map(event) });

describe("the position of a follower", () => {
  test("takes frames that continue it", () => {
    const position = new Position(4);
    expect(position.advance(frame(5, 7, 5, 6, 7))).toEqual(frame(5, 7, 5, 6, 7));
    expect(position.advance(frame(8, 9, 9))).toEqual(frame(8, 9, 9));
    expect(position.seq).toBe(9);
  });

  test("hands over nothing twice", () => {
    const position = new Position(4);
    expect(position.advance(frame(1, 4, 1, 4))).toBeUndefined();
    expect(position.advance(frame(3, 6, 3, 4, 5, 6))).toEqual(frame(5, 6, 5, 6));
    expect(position.seq).toBe(6);
  });

  test("sees a gap and does not move over it", () => {
    const position = new Position(4);
    expect(position.advance(frame(6, 7, 6, 7))).toBe("gap");
    expect(position.seq).toBe(4);
  });

  test("without a start it begins where the server does", () => {
    const asked = new Position(undefined);
    asked.adopt({ head: 12, logId: "l" });
    expect(asked.advance(frame(13, 13, 13))).toEqual(frame(13, 13, 13));
    const early = new Position(undefined);
    expect(early.advance(frame(9, 9, 9))).toEqual(frame(9, 9, 9));
  });

  test("refuses another log than the one it began with", () => {
    const position = new Position(4);
    position.adopt({ head: 10, logId: "one" });
    position.adopt({ head: 11, logId: "one" });
    expect(() => position.adopt({ head: 5, logId: "two" })).toThrow("another one");
  });
});
