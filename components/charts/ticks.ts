/** The smallest of 1, 2, 5, 10, 20, 50 … that is at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** Round marks from 0 to the first one that is not below `most`, `count` steps at most. For whole numbers. */
export function countTicks(most: number, count = 4): number[] {
  const step = niceStep(most / count);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < Math.max(most, step)) ticks.push(ticks.length * step);
  return ticks;
}

/** Those of the minutes (RFC 3339) that lie on full tens, in the reader's own time zone. */
export function tenMinuteTicks(minutes: readonly string[]): string[] {
  return minutes.filter((t) => new Date(t).getMinutes() % 10 === 0);
}
