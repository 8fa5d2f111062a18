import { describe, expect, it } from "vitest";
import { createTimelineStore, frameInterval } from "./timeline-store.ts";

const life = (from: number, end: number | null, latest: number, past: number | null = null) => ({
  from,
  end,
  latest,
  past,
});

describe("the timeline's store", () => {
  it("starts at the latest time in its rows and moves forward with the clock, never back", () => {
    const store = createTimelineStore(life(0, null, 5000));
    expect(store.life()).toEqual({ from: 0, to: 5000 });
    store.advance(8000);
    store.advance(6000);
    expect(store.life().to).toBe(8000);
  });

  it("notifies its listeners, and stops when the run has ended", () => {
    const store = createTimelineStore(life(0, null, 1000));
    let notified = 0;
    const stop = store.subscribe(() => {
      notified += 1;
    });
    store.advance(2000);
    store.setLife(life(0, 3000, 2500));
    store.advance(9000);
    expect(notified).toBe(2);
    expect(store.life()).toEqual({ from: 0, to: 3000 });
    expect(store.isLive()).toBe(false);
    stop();
    store.dispatch({ type: "zoom", factor: 0.5 });
    expect(notified).toBe(2);
  });

  it("goes on when the run is retried", () => {
    const store = createTimelineStore(life(0, 3000, 3000));
    store.setLife(life(0, null, 5000));
    store.advance(6000);
    expect(store.life()).toEqual({ from: 0, to: 6000 });
  });

  it("shows a past time on the axis of the run's whole duration, and no clock moves it", () => {
    const store = createTimelineStore(life(0, 9000, 4000, 4000));
    expect([store.now(), store.life().to, store.isPast(), store.isLive()]).toEqual([4000, 9000, true, false]);
    const whole = store.view();
    let notified = 0;
    store.subscribe(() => {
      notified += 1;
    });
    store.setLife(life(0, 9000, 2000, 2000));
    store.advance(99_000);
    expect([store.now(), notified]).toEqual([2000, 1]);
    expect(store.view()).toBe(whole);
    store.setLife(life(0, null, 9500));
    expect([store.now(), store.isPast(), store.isLive()]).toEqual([9500, false, true]);
  });

  it("keeps one view object while nothing moves", () => {
    const store = createTimelineStore(life(0, 3000, 3000));
    const before = store.view();
    store.setLife(life(0, 3000, 3000));
    store.dispatch({ type: "follow" });
    expect(store.view()).toBe(before);
  });

  it("draws at most once per pixel of movement", () => {
    expect(frameInterval({ from: 0, to: 3000 }, 1000)).toBe(33);
    expect(frameInterval({ from: 0, to: 300_000 }, 1000)).toBe(100);
    expect(frameInterval({ from: 0, to: 9e9 }, 1000)).toBe(250);
  });
});
