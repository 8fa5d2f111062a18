import { createContext, useContext, useSyncExternalStore } from "react";

/**
 * One clock for the whole page. It ticks once a second while somebody looks, in step with full
 * seconds; a hidden tab does not tick. Times are those of the server: `setClockOffset` corrects for
 * a browser whose clock is off.
 */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;
let offset = 0;
let current = 0;

/**
 * Server time minus browser time, in ms, measured by the live connection. Small differences are
 * ignored.
 */
export function setClockOffset(ms: number): void {
  if (Math.abs(ms - offset) > 250) offset = Math.abs(ms) > 250 ? ms : 0;
}

/**
 * Takes the server's time from the rendered page until the live connection measures it. The page
 * was under way for a while, so only a clock that is far off is corrected.
 */
export function adoptClock(serverMs: number): void {
  if (typeof window !== "undefined" && offset === 0 && Math.abs(serverMs - Date.now()) > 10_000)
    setClockOffset(serverMs - Date.now());
}

/** The server's time in epoch ms, as far as it is known. */
export const serverNow = (): number => Date.now() + offset;

function tick(): void {
  current = serverNow();
  for (const listener of listeners) listener();
  schedule();
}

function schedule(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (listeners.size === 0 || document.hidden) return;
  timer = setTimeout(tick, 1_000 - (Date.now() % 1_000) + 1);
}

const onVisible = (): void => {
  if (!document.hidden) tick();
};

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener("visibilitychange", onVisible);
  listeners.add(listener);
  if (timer === null) schedule();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener("visibilitychange", onVisible);
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
}

function snapshot(): number {
  // Whoever comes while nothing ticks must not see a time of long ago.
  if (listeners.size === 0 || serverNow() - current > 1_500) current = serverNow();
  return current;
}

/**
 * The time that stands still for what is shown below it: that of a past that is looked at, epoch
 * ms.
 */
export const StillNow = createContext<number | null>(null);

const never = (): (() => void) => () => undefined;

/**
 * The server's time, epoch ms, once a second; null while the server renders and in the first render
 * of the browser. Below `StillNow` the time it has.
 */
export function useNow(): number | null {
  const still = useContext(StillNow);
  const now = useSyncExternalStore<number | null>(
    still === null ? subscribe : never,
    still === null ? snapshot : zero,
    none,
  );
  return still ?? now;
}

const none = (): null => null;
const zero = (): number => 0;
