import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clampView, MIN_SPAN_MS, panBy, spanOf, timeAt, toPercent, zoomAbout } from "./view.ts";

const bounds = { from: 1000, to: 11_000 };

describe("a view of time", () => {
  it("gives percents of its width, beyond 0 and 100 outside of it", () => {
    const view = { from: 1000, to: 3000 };
    expect([500, 1000, 2000, 3000, 4000].map((time) => toPercent(time, view))).toEqual([-25, 0, 50, 100, 150]);
    expect(timeAt(0.25, view)).toBe(1500);
  });

  it("keeps the time under the pointer in place while zooming", () => {
    const view = { from: 3000, to: 7000 };
    const zoomed = zoomAbout(view, 4000, 0.5, bounds);
    expect(zoomed).toEqual({ from: 3500, to: 5500 });
    expect(toPercent(4000, zoomed)).toBe(toPercent(4000, view));
  });

  it("stops at the edges and keeps its span when panned", () => {
    expect(panBy({ from: 2000, to: 4000 }, -9999, bounds)).toEqual({ from: 1000, to: 3000 });
    expect(panBy({ from: 2000, to: 4000 }, 99_999, bounds)).toEqual({ from: 9000, to: 11_000 });
  });

  it("never leaves the bounds, and never gets shorter than the shortest span", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        number,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (from, span, time, factor) => {
          for (const view of [
            clampView({ from, to: from + span }, bounds),
            zoomAbout({ from, to: from + span }, time, factor, bounds),
          ]) {
            expect(view.from).toBeGreaterThanOrEqual(bounds.from - 1e-6);
            expect(view.to).toBeLessThanOrEqual(bounds.to + 1e-6);
            expect(spanOf(view)).toBeGreaterThanOrEqual(MIN_SPAN_MS - 1e-6);
          }
        },
      ),
    );
  });
});
