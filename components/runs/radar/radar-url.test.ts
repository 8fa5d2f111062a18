import { describe, expect, it } from "vitest";
import { aRun } from "../runs.test-kit.ts";
import { isOnRadar, radarPath } from "./radar-url.ts";

describe("which runs the radar shows", () => {
  it("fetches the same runs that it shows of the live ones", () => {
    const query = (path: string) => Object.fromEntries(new URLSearchParams(path.split("?")[1]));
    expect(query(radarPath({ runs: "active", q: "" }, null))).toEqual({
      limit: "10",
      large: "omit",
      status: "pending,running,blocked",
    });
    expect(query(radarPath({ runs: "all", q: " check " }, "c"))).toEqual({
      limit: "10",
      large: "omit",
      q: "check",
      cursor: "c",
    });
    const runs = [aRun("a"), aRun("b", 0, { status: "failed" }), aRun("c", 0, { status: "completed" })];
    const shown = (which: "active" | "failed" | "all") =>
      runs.filter((run) => isOnRadar(run, { runs: which, q: "" })).map(({ id }) => id);
    expect([shown("active"), shown("failed"), shown("all")]).toEqual([["a"], ["b"], ["a", "b", "c"]]);
    expect(isOnRadar(aRun("a"), { runs: "all", q: "chec" })).toBe(true);
    expect(isOnRadar(aRun("a"), { runs: "all", q: "x" })).toBe(false);
  });
});
