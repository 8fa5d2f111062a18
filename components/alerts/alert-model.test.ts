import { describe, expect, it } from "vitest";
import { alert } from "./alert.test-kit.ts";
import {
  type AlertRow,
  actorName,
  alertsOf,
  NOTHING_CHOSEN,
  placeAlerts,
  reduceList,
  settleList,
  statusesOf,
  subjectHref,
} from "./alert-model.ts";

const ids = (alerts: readonly AlertRow[]) => alerts.map(({ id }) => id);

describe("views of the alerts", () => {
  const all = [
    alert("old"),
    alert("new", { firedAt: "2026-11-21T11:00:00.000Z" }),
    alert("worst", { severity: "critical", status: "acknowledged" }),
    alert("asleep", { status: "snoozed", snoozeMode: "worse" }),
    alert("over", { status: "resolved", resolvedAt: "2026-11-21T12:00:00.000Z" }),
  ];

  it("open ones are firing or acknowledged, the most severe first, then the latest", () => {
    expect(statusesOf("open")).toEqual(["firing", "acknowledged"]);
    expect(ids(alertsOf(all, "open"))).toEqual(["worst", "new", "old"]);
    expect(ids(alertsOf(all, "snoozed"))).toEqual(["asleep"]);
    expect(ids(alertsOf(all, "resolved"))).toEqual(["over"]);
  });

  it("an alert stays in its place when it is acknowledged", () => {
    const acked = all.map((one) => (one.id === "new" ? { ...one, status: "acknowledged" as const } : one));
    expect(ids(alertsOf(acked, "open"))).toEqual(ids(alertsOf(all, "open")));
  });

  it("a subject with a page is linked by its encoded id", () => {
    expect(subjectHref({ subjectKind: "agent", subjectId: "a:b@c", runId: null })).toBe("/agents/a%3Ab%40c");
    expect(subjectHref({ subjectKind: "run", subjectId: "r1", runId: "r1" })).toBe("/runs/r1");
    expect(subjectHref({ subjectKind: "job", subjectId: "j/1", runId: "r1" })).toBe("/runs/r1?job=j%2F1");
    expect(subjectHref({ subjectKind: "job", subjectId: "j/1", runId: null })).toBeNull();
    expect(subjectHref({ subjectKind: "tenant", subjectId: "log", runId: null })).toBeNull();
  });

  it("people are shown by name, keys as keys", () => {
    expect(actorName("user:ada")).toBe("ada");
    expect(actorName("key:ci")).toBe("key:ci");
  });
});

describe("alerts below their cause", () => {
  const all = [
    alert("rate", { causeId: "breaker" }),
    alert("breaker"),
    alert("own"),
    alert("silent", { causeId: "rate" }),
    alert("left", { causeId: "gone" }),
  ];
  const placed = (folded: string[] = []) =>
    placeAlerts(all, new Set(folded)).map(
      ({ alert: { id }, caused, effects }) => `${caused ? "> " : ""}${id} ${effects}`,
    );

  it("effects are listed below their cause, and effects of effects there too", () => {
    expect(placed()).toEqual(["breaker 2", "> rate 0", "> silent 0", "own 0", "left 0"]);
  });

  it("a folded cause says how many it hides", () => {
    expect(placed(["breaker"])).toEqual(["breaker 2", "own 0", "left 0"]);
  });

  it("two that name each other as the cause are both shown", () => {
    const round = [alert("a", { causeId: "b" }), alert("b", { causeId: "a" })];
    expect(placeAlerts(round, new Set())).toHaveLength(2);
  });
});

describe("moving and selecting by keyboard", () => {
  const shown = ["a", "b", "c"];
  const start = NOTHING_CHOSEN;

  it("the first step down goes to the first, the first step up to the last, and both stop at the ends", () => {
    expect(reduceList(start, { type: "move", by: 1 }, shown).cursor).toBe("a");
    expect(reduceList(start, { type: "move", by: -1 }, shown).cursor).toBe("c");
    expect(reduceList({ ...start, cursor: "c" }, { type: "move", by: 1 }, shown).cursor).toBe("c");
    expect(reduceList(start, { type: "move", by: 1 }, []).cursor).toBeNull();
  });

  it("the cursor goes to the next one when its alert leaves the list", () => {
    const onB = reduceList(start, { type: "point", id: "b" }, shown);
    expect(settleList(onB, ["a", "c"]).cursor).toBe("c");
    expect(settleList(onB, ["a"]).cursor).toBe("a");
    expect(settleList(onB, []).cursor).toBeNull();
    expect(reduceList(onB, { type: "move", by: -1 }, ["a", "c"]).cursor).toBe("a");
  });

  it("a selection forgets what is no longer shown", () => {
    const selected = new Set(["a", "gone"]);
    const next = reduceList({ cursor: "gone", at: 0, anchor: null, selected }, { type: "toggle", id: "b" }, shown);
    expect([...next.selected]).toEqual(["a", "b"]);
    expect(reduceList(next, { type: "toggle", id: "a" }, shown).selected).toEqual(new Set(["b"]));
  });

  it("a range goes from the one selected last to this one, either way, and keeps what was selected", () => {
    const range = (from: string, to: string, selected: string[] = []) => {
      const begun = reduceList({ ...start, selected: new Set(selected) }, { type: "toggle", id: from }, long);
      return [...reduceList(begun, { type: "range", id: to }, long).selected].sort();
    };
    const long = ["a", "b", "c", "d", "e"];
    expect(range("b", "d")).toEqual(["b", "c", "d"]);
    expect(range("d", "b")).toEqual(["b", "c", "d"]);
    expect(range("b", "c", ["e"])).toEqual(["b", "c", "e"]);
    expect([...reduceList(start, { type: "range", id: "c" }, long).selected]).toEqual(["c"]);
    expect(reduceList(start, { type: "range", id: "gone" }, long).selected.size).toBe(0);
  });

  it("all and none", () => {
    const all = reduceList(start, { type: "select_all" }, shown);
    expect(all.selected.size).toBe(3);
    expect(reduceList(all, { type: "clear" }, shown).selected.size).toBe(0);
  });
});
