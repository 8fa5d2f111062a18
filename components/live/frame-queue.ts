/**
 * Collects frames and delivers them once per animation frame: the page draws once for any number of
 * frames. A hidden tab has no animation frames; a timer replaces them, so that the tab is current
 * when it is shown.
 */
export interface FrameQueue<T> {
  push(item: T): void;
  /** Delivers everything that waits, at once. */
  flush(): void;
}

const HIDDEN_MS = 250;

/** @param take gets everything since the last call, in order; never empty. */
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
      // The timer is for a tab that is hidden before the animation frame.
      timer = setTimeout(flush, HIDDEN_MS);
      if (!document.hidden) frame = requestAnimationFrame(flush);
    },
    flush,
  };
}
