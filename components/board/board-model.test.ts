import { describe, expect, it } from "vitest";
import { NO_JOBS } from "../../domain/execution/contract.ts";
import { type Card, chipsOf, columnsOf, lanesOf, matches, progressOf } from "./board-model.ts";

function card(id: string, over: Partial<Card> = {}): Card {
  return {
    kind: "workstream",
    id,
    workstreamId: id,
    runId: "run-1",
    title: `Title of ${id}`,
    status: "pending",
    follow: "jobs",
    metadata: {},
    reason: null,
    jobCounts: NO_JOBS,
    startedAt: null,
    createdAt: "2026-11-21T10:00:00.000Z",
    enteredAt: "2026-11-21T10:00:00.000Z",
    updatedAt: "2026-11-21T10:00:00.000Z",
    version: 1,
    seq: 1,
    ...over,
  };
}

describe("columns", () => {
  it("every card is in its column, the latest to enter on top", () => {
    const columns = columnsOf([
      card("a"),
      card("b", { enteredAt: "2026-11-21T11:00:00.000Z" }),
      card("c", { status: "done" }),
    ]);
    expect(columns.pending.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(columns.done.map(({ id }) => id)).toEqual(["c"]);
    expect(columns.failed).toEqual([]);
  });

  it("cards that entered together keep one order", () => {
    const ids = (cards: Card[]) => columnsOf(cards).pending.map(({ id }) => id);
    expect(ids([card("b"), card("a")])).toEqual(ids([card("a"), card("b")]));
  });

  it("swimlanes are the runs, the youngest first, and a move does not reorder them", () => {
    const old = card("a", { runId: "old" });
    const young = card("b", { runId: "young", createdAt: "2026-11-21T12:00:00.000Z" });
    const moved = card("a2", { runId: "old", enteredAt: "2026-11-21T15:00:00.000Z" });
    const lanes = lanesOf([old, young, moved], true);
    expect(lanes.map(({ id, count }) => [id, count])).toEqual([
      ["young", 1],
      ["old", 2],
    ]);
    expect(lanesOf([old, young], false)).toHaveLength(1);
  });
});

describe("filter", () => {
  const one = card("lint", { title: "Lint the code", runId: "nightly-7", metadata: { owner: "Ada", tags: ["slow"] } });

  it("finds every word in title, ids and metadata, upper and lower case alike", () => {
    expect(matches(one, { run: "", text: "LINT ada" })).toBe(true);
    expect(matches(one, { run: "", text: "slow nightly" })).toBe(true);
    expect(matches(one, { run: "", text: "lint grace" })).toBe(false);
    expect(matches(one, { run: "", text: "  " })).toBe(true);
  });

  it("a run is found by its whole id, so that run-1 does not bring run-10", () => {
    expect(matches(one, { run: "nightly-7", text: "" })).toBe(true);
    expect(matches(one, { run: "nightly", text: "" })).toBe(false);
  });
});

describe("a card's figures", () => {
  it("progress counts jobs by status, and no jobs differ from none done", () => {
    expect(progressOf(NO_JOBS)).toBeNull();
    const progress = progressOf({ ...NO_JOBS, completed: 2, running: 1, queued: 1, timed_out: 1, cancelled: 1 });
    expect(progress).toMatchObject({ total: 6, completed: 2, failed: 2, running: 1 });
    expect(progress?.label).toBe("2 of 6 jobs completed, 1 running, 1 waiting, 1 failed, 1 cancelled");
  });

  it("metadata shows as chips that stay short", () => {
    const { chips, rest } = chipsOf({
      owner: "ada",
      empty: "",
      none: null,
      files: ["a.ts", "b.ts"],
      deep: { x: 1 },
      more: 1,
    });
    expect(chips).toEqual([
      { key: "owner", value: "ada" },
      { key: "files", value: "a.ts, b.ts" },
      { key: "deep", value: "{…}" },
    ]);
    expect(rest).toBe(1);
    expect(chipsOf({ long: "x".repeat(99) }).chips[0]?.value).toHaveLength(32);
  });
});
