import { describe, expect, it } from "vitest";
import { aJob, aWorkstream } from "./engine.test-kit.ts";
import { keyEffect } from "./keyboard.ts";
import { buildModel, flatten } from "./model.ts";

const model = buildModel({
  workstreams: [aWorkstream("w1"), aWorkstream("w2")],
  jobs: [aJob("a", { workstreamId: "w1" }), aJob("b", { workstreamId: "w1" }), aJob("c", { workstreamId: "w2" })],
  attempts: [],
  trials: new Set(),
});

function press(key: string, active: string | null, collapsed: string[] = []) {
  const groups = new Set(collapsed);
  return keyEffect(key, { rows: flatten(model, groups), active, collapsed: groups, page: 3 });
}

describe("keys in the timeline", () => {
  it("go up and down, and stop at the ends", () => {
    expect(press("ArrowDown", null)).toEqual({ type: "go", id: "w1" });
    expect(press("j", "a")).toEqual({ type: "go", id: "b" });
    expect(press("ArrowUp", "w1")).toEqual({ type: "go", id: "w1" });
    expect(press("k", null)).toEqual({ type: "go", id: "c" });
    expect([press("Home", "b"), press("End", "b"), press("PageDown", "w1")]).toEqual([
      { type: "go", id: "w1" },
      { type: "go", id: "c" },
      { type: "go", id: "w2" },
    ]);
  });

  it("collapse and expand groups, and go between a group and its jobs", () => {
    expect(press("ArrowLeft", "b")).toEqual({ type: "go", id: "w1" });
    expect(press("ArrowLeft", "w1")).toEqual({ type: "collapse", id: "w1" });
    expect(press("ArrowRight", "w1", ["w1"])).toEqual({ type: "expand", id: "w1" });
    expect(press("ArrowRight", "w1")).toEqual({ type: "go", id: "a" });
    expect(press("ArrowDown", "w1", ["w1"])).toEqual({ type: "go", id: "w2" });
  });

  it("open a job by Enter, collapse a group by space, and leave other keys alone", () => {
    expect(press("Enter", "a")).toEqual({ type: "open", id: "a" });
    expect(press(" ", "w1")).toEqual({ type: "collapse", id: "w1" });
    expect(press("x", "a")).toBeNull();
    expect(press("Enter", null)).toBeNull();
  });
});
