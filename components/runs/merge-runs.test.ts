import { describe, expect, it } from "vitest";
import { mergeRuns } from "./merge-runs.ts";
import { aRun } from "./runs.test-kit.ts";

const any = () => true;
const ids = (runs: { id: string }[]) => runs.map((run) => run.id);

describe("pages and live runs together", () => {
  const pages = [aRun("c", 3), aRun("b", 2), aRun("a", 1)];

  it("patch a row in its place, and never with an older state", () => {
    const live = [aRun("b", 2, { seq: 9, status: "failed" }), aRun("a", 1, { seq: 0, status: "pending" })];
    const { shown } = mergeRuns(pages, live, () => false, new Set());
    expect(ids(shown)).toEqual(["c", "b", "a"]);
    expect(shown.map((run) => run.status)).toEqual(["running", "failed", "running"]);
  });

  it("put new runs on top when all are shown", () => {
    const { shown, fresh } = mergeRuns(pages, [aRun("e", 5), aRun("d", 4), ...pages], any, "all");
    expect(ids(shown)).toEqual(["e", "d", "c", "b", "a"]);
    expect(fresh).toEqual([]);
  });

  it("hold new runs back until they are accepted, and count only those that match", () => {
    const live = [aRun("e", 5), aRun("d", 4, { workflow: "other" })];
    const matches = (run: { workflow: string }) => run.workflow === "checks";
    expect(ids(mergeRuns(pages, live, matches, new Set()).fresh)).toEqual(["e"]);
    const after = mergeRuns(pages, live, matches, new Set(["e"]));
    expect([ids(after.shown), after.fresh]).toEqual([["e", "c", "b", "a"], []]);
  });

  it("keep an accepted run that no longer matches", () => {
    const live = [aRun("e", 5, { status: "completed" })];
    const { shown } = mergeRuns(pages, live, (run) => run.status === "running", new Set(["e"]));
    expect(ids(shown)).toEqual(["e", "c", "b", "a"]);
  });

  it("leave runs older than the first page's top to the paging, and list a run once that two pages hold", () => {
    const { shown, fresh } = mergeRuns([...pages, aRun("a", 1)], [aRun("z", 0)], any, "all");
    expect(ids(shown)).toEqual(["c", "b", "a"]);
    expect(fresh).toEqual([]);
  });

  it("start from the live runs when the first page was empty", () => {
    expect(ids(mergeRuns([], [aRun("a", 1), aRun("b", 2)], any, "all").shown)).toEqual(["b", "a"]);
  });
});
