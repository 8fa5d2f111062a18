import { describe, expect, it } from "vitest";
import { WORKSTREAM_MOVES, WORKSTREAM_STATUSES } from "../../domain/kernel/statuses.ts";
import { dropOf, legalMoves, neighbour, refusalOf, sentenceList, zoneId, zoneOf } from "./moves.ts";

describe("moves of a card", () => {
  it("a column takes exactly the drops the lifecycle allows, and says why it refuses the others", () => {
    for (const from of WORKSTREAM_STATUSES) {
      for (const to of WORKSTREAM_STATUSES) {
        const allowed = from === to || WORKSTREAM_MOVES[from].includes(to);
        expect(refusalOf(from, to) === null).toBe(allowed);
      }
    }
    expect(refusalOf("blocked", "done")).toBe("A blocked workstream can move to running, failed or cancelled only");
    expect(refusalOf("done", "pending")).toBe("A done workstream can move to review only");
  });

  it("legal moves come in the order of the board", () => {
    expect(legalMoves("running")).toEqual(["ready", "blocked", "review", "done", "failed", "cancelled"]);
  });

  it("words are joined as a sentence", () => {
    expect(sentenceList([])).toBe("");
    expect(sentenceList(["a"])).toBe("a");
    expect(sentenceList(["a", "b", "c"])).toBe("a, b or c");
  });
});

describe("drop zones", () => {
  it("an id names column and lane, for any characters in the lane", () => {
    expect(zoneOf(zoneId("run:a|b", "review"))).toEqual({ status: "review", lane: "run:a|b" });
    expect(zoneOf("card-7")).toBeNull();
    expect(zoneOf("elsewhere|x")).toBeNull();
  });

  it("the arrow keys stop at the edges of the board", () => {
    expect(neighbour("pending", -1)).toBe("pending");
    expect(neighbour("pending", 1)).toBe("ready");
    expect(neighbour("cancelled", 1)).toBe("cancelled");
  });

  it("a drop counts from where the card is now, and back where it was lifted is no move", () => {
    expect(dropOf("running", "running", "review")).toEqual({ move: true, say: null });
    expect(dropOf("running", "running", "running")).toEqual({ move: false, say: null });
    expect(dropOf("running", "review", "running")).toEqual({ move: false, say: "It was moved to review meanwhile" });
    expect(dropOf("running", "review", "review")).toEqual({ move: false, say: "It was moved to review meanwhile" });
    expect(dropOf("running", "review", "done")).toEqual({ move: true, say: "It was moved to review meanwhile" });
    expect(dropOf("running", "review", "blocked")).toMatchObject({
      move: false,
      say: expect.stringMatching(/^It was moved to review meanwhile. A review workstream can move/),
    });
    expect(dropOf("running", null, "review")).toEqual({ move: false, say: "It is no longer on the board" });
  });
});
