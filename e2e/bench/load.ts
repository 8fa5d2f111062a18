/** What a closed loop of callers saw: how many a second, and how long each waited (ms). */
export interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
}

/**
 * Runs `work` from `callers` callers, each starting its next as soon as its last has ended, for
 * `ms` after a warm-up.
 */
export async function closedLoop(
  callers: number,
  ms: number,
  work: (caller: number) => Promise<unknown>,
): Promise<Measured> {
  const warm = performance.now() + ms / 5;
  const end = warm + ms;
  const taken: number[] = [];
  const caller = async (index: number) => {
    for (;;) {
      const begun = performance.now();
      if (begun >= end) return;
      await work(index);
      const done = performance.now();
      if (begun >= warm && done <= end) taken.push(done - begun);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  return { perSecond: (taken.length * 1000) / ms, p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

/** By nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
