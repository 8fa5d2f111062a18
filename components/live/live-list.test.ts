import { describe, expect, it } from "vitest";
import { type ListPage, latestFirst, placed, stacked } from "./live-list.ts";

interface Row {
  id: string;
  seq: number;
  t: string;
  status: string;
  pending?: boolean;
}
const row = (id: string, t: number, more: Partial<Row> = {}): Row => ({
  id,
  seq: 1,
  t: String(t),
  status: "on",
  ...more,
});
const order = latestFirst((one: Row) => one.t);
const any = () => true;
const isOn = (one: Row) => one.status === "on";
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).join(" ");
const page = (items: Row[], nextCursor: string | null = null): ListPage<Row> => ({ items, nextCursor });
const pages = [page([row("c", 3), row("b", 2)], "more"), page([row("a", 1)])];
const NOBODY: ReadonlySet<string> = new Set();

describe("a list that new rows are stacked on", () => {
  it("changes a row in its place, though it no longer matches, and never to an older state", () => {
    const live = [row("b", 2, { seq: 9, status: "off" }), row("a", 1, { seq: 0, status: "old" })];
    const { shown } = stacked(isOn, order)(pages, live, NOBODY);
    expect(shown.map(({ id, status }) => `${id} ${status}`)).toEqual(["c on", "b off", "a on"]);
  });

  it("shows the effect of a click that is not confirmed yet", () => {
    const live = [row("b", 2, { seq: 0, status: "clicked", pending: true })];
    expect(stacked(any, order)(pages, live, NOBODY).shown[1]).toMatchObject({ id: "b", status: "clicked" });
  });

  it("has new rows on top when all are shown", () => {
    const live = [row("e", 5), row("d", 4), row("c", 3)];
    expect(ids(stacked(any, order)(pages, live, "all").shown)).toBe("e d c b a");
    expect(stacked(any, order)(pages, live, "all").fresh).toEqual([]);
  });

  it("holds new rows back until they are accepted, and counts only those that match", () => {
    const live = [row("e", 5), row("d", 4, { status: "off" })];
    expect(ids(stacked(isOn, order)(pages, live, NOBODY).fresh)).toBe("e");
    const after = stacked(isOn, order)(pages, live, new Set(["e"]));
    expect([ids(after.shown), after.fresh]).toEqual(["e c b a", []]);
  });

  it("keeps an accepted row that no longer matches", () => {
    const { shown } = stacked(isOn, order)(pages, [row("e", 5, { status: "off" })], new Set(["e"]));
    expect(ids(shown)).toBe("e c b a");
  });

  it("leaves rows below the first page's top to the paging, and lists a row once that two pages hold", () => {
    const twice = [...pages, page([row("a", 1)])];
    expect(ids(stacked(any, order)(twice, [row("z", 0)], "all").shown)).toBe("c b a");
  });

  it("starts from the live rows when the first page was empty", () => {
    expect(ids(stacked(any, order)([page([])], [row("a", 1), row("b", 2)], "all").shown)).toBe("b a");
  });
});

describe("a list of rows in their places", () => {
  it("puts a live row where it belongs, and drops one that no longer matches", () => {
    const live = [row("b", 2, { seq: 9, status: "off" }), row("between", 2.5), row("top", 9)];
    expect(ids(placed(isOn, order)(pages, live, "all").shown)).toBe("top c between a");
  });

  it("lets a live row wait for its page while there are more pages", () => {
    const more = [page([row("c", 3), row("b", 2)], "more")];
    expect(ids(placed(any, order)(more, [row("z", 0)], "all").shown)).toBe("c b");
    expect(ids(placed(any, order)([page([row("c", 3), row("b", 2)])], [row("z", 0)], "all").shown)).toBe("c b z");
  });

  it("leaves out rows that a later page does not list, except a click's effect", () => {
    const read = [{ ...page([row("c", 3)]), seq: 5 }];
    expect(ids(placed(any, order)(read, [row("gone", 2, { seq: 4 })], "all").shown)).toBe("c");
    expect(ids(placed(any, order)(read, [row("come", 2, { seq: 6 })], "all").shown)).toBe("c come");
    expect(ids(placed(any, order)(read, [row("mine", 2, { seq: 4, pending: true })], "all").shown)).toBe("c mine");
  });

  it("pages in the server's order, and shows in the view's", () => {
    const oldestFirst = (a: Row, b: Row) => order(b, a);
    const more = [page([row("c", 3), row("b", 2)], "more")];
    const live = [row("z", 0), row("d", 4)];
    expect(ids(placed(any, order, oldestFirst)(more, live, "all").shown)).toBe("b c d");
  });

  it("sorts rows of one instant by their ids, the last first", () => {
    expect(ids([row("a", 1), row("b", 1), row("c", 2)].sort(order))).toBe("c b a");
  });
});
