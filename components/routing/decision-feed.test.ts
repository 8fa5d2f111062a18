import { describe, expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { stacked } from "../live/live-list.ts";
import { arrived, type DecisionFeed, NEW_FEED, newestFirst, rowsOf, withOutcome } from "./decision-feed.ts";
import { type Decision, type DecisionFilters, decisionQuery, matchesDecision } from "./decision-filters.ts";
import { decision } from "./routing.test-kit.ts";

const decided = (seq: number, id: string): LogEvent => {
  const {
    kind: _kind,
    id: _id,
    decisionId: _decisionId,
    version: _version,
    seq: _seq,
    routedAt,
    ...payload
  } = decision({
    routedAt: `2026-11-21T10:00:${String(seq).padStart(2, "0")}.000Z`,
  });
  return {
    seq,
    v: 1,
    type: "routing.decided",
    at: routedAt,
    actor: "key:a",
    subject: { kind: "decision", id },
    payload,
  };
};
const outcomeEvent = (seq: number, id: string, success: boolean): LogEvent => ({
  seq,
  v: 1,
  type: "routing.outcome_recorded",
  at: "2026-11-21T10:01:00.000Z",
  actor: "key:a",
  subject: { kind: "decision", id },
  payload: { success, durationMs: 10, error: success ? null : "boom" },
});
const page = [decision({ id: "old", seq: 5, routedAt: "2026-11-21T10:00:05.000Z" })];
const joined = (pages: Decision[], feed: DecisionFeed, accepted: string[]) =>
  stacked<Decision>(() => true, newestFirst)(
    [{ items: pages.map((one) => withOutcome(one, feed)), nextCursor: null }],
    rowsOf(feed),
    new Set(accepted),
  );

describe("the list of decisions, live", () => {
  test("a decision from the log is listed on top, with all that the page shows of it", () => {
    const feed = arrived(NEW_FEED, [decided(8, "new")]);
    const { shown, fresh } = joined(page, feed, ["new"]);
    expect(shown.map(({ id }) => id)).toEqual(["new", "old"]);
    expect(shown[0]).toMatchObject({ decisionId: "new", selectedAgent: "aider", routedAt: "2026-11-21T10:00:08.000Z" });
    expect(fresh).toEqual([]);
  });

  test("new decisions are held back and counted while the list is scrolled", () => {
    const feed = arrived(NEW_FEED, [decided(8, "a"), decided(9, "b")]);
    expect(joined(page, feed, ["a"])).toMatchObject({ shown: [{ id: "a" }, { id: "old" }], fresh: [{ id: "b" }] });
  });

  test("an outcome changes a loaded or live row in place, and an older one does not", () => {
    const feed = arrived(NEW_FEED, [
      decided(8, "new"),
      outcomeEvent(9, "new", false),
      outcomeEvent(10, "old", true),
      outcomeEvent(3, "x", true),
    ]);
    const { shown } = joined([...page, decision({ id: "x", seq: 4, success: false })], feed, ["new"]);
    expect(shown.map(({ id, success }) => [id, success])).toEqual([
      ["new", false],
      ["old", true],
      ["x", false],
    ]);
    expect(shown[0]?.errorMessage).toBe("boom");
  });

  test("events of other things leave the feed as it is", () => {
    expect(arrived(NEW_FEED, [{ ...outcomeEvent(3, "x", true), type: "job.completed" }])).toBe(NEW_FEED);
  });
});

describe("filters of decisions", () => {
  const none: DecisionFilters = {
    taskType: null,
    agent: null,
    outcome: null,
    task: null,
    run: null,
    from: null,
    to: null,
  };

  test("use the names of the API", () => {
    expect(decisionQuery(none)).toBe("");
    expect(decisionQuery({ ...none, task: "t1", run: "r1", outcome: "open" })).toBe(
      "taskId=t1&runId=r1&success=unknown",
    );
  });

  test("accept what the server would list", () => {
    const one = decision({ success: null, runId: "r1", routedAt: "2026-11-21T10:00:00.000Z" });
    expect(matchesDecision(one, { ...none, outcome: "open", run: "r1" })).toBe(true);
    expect(matchesDecision(one, { ...none, outcome: "failed" })).toBe(false);
    expect(matchesDecision(one, { ...none, from: "2026-11-21T10:00:00Z" })).toBe(true);
    expect(matchesDecision(one, { ...none, to: "2026-11-21T10:00:00Z" })).toBe(false);
  });
});
