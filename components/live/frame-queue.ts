/**
 * Gathers what comes in and hands it on once per animation frame: the page draws once, however many frames came. A hidden tab has no
 * animation frames; a timer takes their place, so that it is up to date when it is looked at.
 */
export interface FrameQueue<T> {
  push(item: T): void;
  /** Hands on what is waiting, at once. */
  flush(): void;
}

const HIDDEN_MS = 250;

/** @param take gets everything that came since the last time, in order; never empty. */
export function createFrameQueue<T>(take: (items: T[]) => void): FrameQueue<T> {
  let waiting: T[] = [];
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const flush = (): void => {
    if (frame !== null) cancelAnimationFrame(frame);
    if (timer !== null) clearTimeout(timer);
    frame = null;
    timer = null;
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    take(items);
  };

  return {
    push(item) {
      waiting.push(item);
      if (timer !== null) return;
      // The timer stands by in case the tab is hidden before the frame comes.
      timer = setTimeout(flush, HIDDEN_MS);
      if (!document.hidden) frame = requestAnimationFrame(flush);
    },
    flush,
  };
}
