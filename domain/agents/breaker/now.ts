import { type BreakerState, withWindow } from "./state.ts";
import { leftBy, windowAt } from "./window.ts";

/**
 * A breaker at the time `now` (epoch ms): a row is written when a call comes, but calls leave a
 * time window by time alone. Without calls left the rates are null. A breaker that is not closed
 * keeps what led there; nothing leaves a count window by itself. The same object when nothing has
 * left. The one place where this is worked out, on the server and in the browser.
 */
export function breakerAt<B extends BreakerState>(breaker: Readonly<B>, now: number): Readonly<B> {
  if (breaker.state !== "closed") return breaker;
  const window = windowAt(breaker.window, breaker.config.windowSize, now);
  return window === breaker.window ? breaker : { ...breaker, ...withWindow(breaker, window) };
}

/**
 * When, by `now`, calls left its window the last time (epoch ms); 0 when none has since the row was
 * written.
 */
export const breakerChangedBy = (breaker: Readonly<BreakerState>, now: number): number =>
  breaker.state === "closed" ? leftBy(breaker.window, breaker.config.windowSize, now) : 0;
