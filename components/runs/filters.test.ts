import { describe, expect, it } from "vitest";
import { filterQuery, isUnfiltered, matchesFilters, NO_FILTERS, runsPath } from "./filters.ts";
import { aRun } from "./runs.test-kit.ts";

describe("filters of the list of runs", () => {
  it("are the same query string in any order", () => {
    const query = filterQuery({ ...NO_FILTERS, status: ["failed", "running"], q: " nightly ", tag: "a&b" });
    expect(query).toBe("status=running%2Cfailed&tag=a%26b&q=nightly");
    expect(filterQuery({ ...NO_FILTERS, q: "nightly", tag: "a&b", status: ["running", "failed"] })).toBe(query);
    expect(runsPath({ ...NO_FILTERS, tag: "x" }, "c1")).toBe("/runs?tag=x&limit=50&large=omit&cursor=c1");
  });

  it("are empty when nothing, blanks or every status is chosen", () => {
    expect(isUnfiltered(NO_FILTERS)).toBe(true);
    expect(isUnfiltered({ ...NO_FILTERS, q: "  " })).toBe(true);
    const all = ["pending", "running", "blocked", "completed", "failed", "cancelled", "timed_out"] as const;
    expect(isUnfiltered({ ...NO_FILTERS, status: [...all] })).toBe(true);
    expect(isUnfiltered({ ...NO_FILTERS, workflow: "w" })).toBe(false);
  });

  it("match a live run as the server would: exact workflow and tag, text as a prefix, from included, to not", () => {
    const run = aRun("Run-7", 60, { workflow: "Nightly build", tags: ["main", "Linux"], status: "failed" });
    const matches = (more: Partial<typeof NO_FILTERS>) => matchesFilters(run, { ...NO_FILTERS, ...more });
    expect([matches({}), matches({ status: ["failed"] }), matches({ status: ["running"] })]).toEqual([
      true,
      true,
      false,
    ]);
    expect([matches({ workflow: "Nightly build" }), matches({ workflow: "Nightly" })]).toEqual([true, false]);
    expect([matches({ tag: "main" }), matches({ tag: "linux" })]).toEqual([true, false]);
    expect([matches({ q: "run-" }), matches({ q: "nightly" }), matches({ q: "lin" }), matches({ q: "build" })]).toEqual(
      [true, true, true, false],
    );
    expect([matches({ from: run.createdAt }), matches({ to: run.createdAt })]).toEqual([true, false]);
  });
});
