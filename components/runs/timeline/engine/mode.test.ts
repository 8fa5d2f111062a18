import { describe, expect, it } from "vitest";
import { boundsOf, FOLLOW_ALL, nextMode, viewOf } from "./mode.ts";
import { spanOf } from "./view.ts";

const life = { from: 0, to: 10_000 };
const later = { from: 0, to: 60_000 };

describe("follow and inspect", () => {
  it("follows all of the run at first, growing with it", () => {
    expect(viewOf(FOLLOW_ALL, life)).toEqual({ from: 0, to: 10_300 });
    expect(viewOf(FOLLOW_ALL, later)).toEqual({ from: 0, to: 61_800 });
  });

  it("keeps following when zoomed by the buttons: the span shrinks, the right edge stays now", () => {
    const mode = nextMode(FOLLOW_ALL, { type: "zoom", factor: 0.5 }, life);
    expect(mode.name).toBe("follow");
    const view = viewOf(mode, later);
    expect(spanOf(view)).toBeCloseTo(5150);
    expect(view.to).toBeGreaterThan(later.to);
    expect(view.from).toBeGreaterThan(50_000);
  });

  it("inspects once zoomed around a point, panned, or given a stretch, and then stays as time passes", () => {
    const zoomed = nextMode(FOLLOW_ALL, { type: "zoom", factor: 0.5, about: 2000 }, life);
    const panned = nextMode(
      nextMode(FOLLOW_ALL, { type: "zoom", factor: 0.5 }, life),
      { type: "pan", by: -1000 },
      life,
    );
    const selected = nextMode(FOLLOW_ALL, { type: "select", view: { from: 2000, to: 3000 } }, life);
    for (const mode of [zoomed, panned, selected]) {
      expect(mode.name).toBe("inspect");
      expect(viewOf(mode, later)).toEqual(viewOf(mode, life));
    }
  });

  it("follows again by `follow`, keeping the span, and by `fit`, showing all", () => {
    const inspecting = nextMode(FOLLOW_ALL, { type: "select", view: { from: 2000, to: 3000 } }, life);
    expect(nextMode(inspecting, { type: "follow" }, life)).toEqual({ name: "follow", span: 1000 });
    expect(nextMode(inspecting, { type: "fit" }, life)).toEqual(FOLLOW_ALL);
  });

  it("goes back to following all when zoomed out to the whole run", () => {
    const inspecting = nextMode(FOLLOW_ALL, { type: "select", view: { from: 2000, to: 6000 } }, life);
    expect(nextMode(inspecting, { type: "zoom", factor: 100 }, life)).toEqual(FOLLOW_ALL);
    const near = nextMode(FOLLOW_ALL, { type: "zoom", factor: 0.5 }, life);
    expect(nextMode(near, { type: "zoom", factor: 4 }, life)).toEqual(FOLLOW_ALL);
  });

  it("has a view even for a run that was created this instant", () => {
    expect(spanOf(viewOf(FOLLOW_ALL, { from: 5, to: 5 }))).toBeGreaterThan(0);
    expect(spanOf(boundsOf({ from: 5, to: 5 }))).toBeGreaterThan(0);
  });
});
