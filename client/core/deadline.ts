/** A signal that ends by itself after a time limit. */
export interface Deadline {
  signal: AbortSignal;
  /** Takes the time limit away; the signal still follows the outer one. */
  lift(): void;
  /** Sets a new time limit, from now. */
  restart(ms: number): void;
  clear(): void;
}

/**
 * A signal that follows `outer` and ends by itself after `ms`. Not `AbortSignal.any`: that keeps
 * every signal alive with `outer`.
 */
export function withDeadline(outer: AbortSignal | undefined, ms: number): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restart = (limitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), limitMs);
  };
  restart(ms);
  if (outer?.aborted) follow();
  outer?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    lift: () => clearTimeout(timer),
    restart,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", follow);
    },
  };
}
