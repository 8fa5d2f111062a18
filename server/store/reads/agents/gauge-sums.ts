/**
 * Sums of gauges over time. A gauge's row has its last and highest value within one minute; until
 * its next row the value does not change. Peaks of several gauges within the same minute may not
 * coincide, so they are not summed: for a minute in which several changed, the sum counts before
 * and after it, and with each one's peak beside the others' unchanged values. That is never more
 * than the true peak, and exact where no two changed within the same minute, thus always for a
 * single agent or queue.
 */
export interface GaugeMinute {
  key: string;
  /** ms since 1970; the value before the stretch comes first, with a time before it. */
  t: number;
  last: number;
  max: number;
}

interface Grid {
  from: number;
  step: number;
}

type Values = (number | null)[];

/** Highest sum within a minute, and the sum after it. */
interface SumMinute {
  t: number;
  peak: number;
  after: number;
}

/**
 * The sum of all keys by minute, for minutes in which any changed. Rows come in the order of time.
 */
function sumMinutes(rows: readonly GaugeMinute[]): SumMinute[] {
  const standing = new Map<string, number>();
  const minutes: SumMinute[] = [];
  let sum = 0;
  for (let at = 0; at < rows.length; ) {
    const t = rows[at]?.t as number;
    let [before, after, alone] = [0, 0, 0];
    for (let row = rows[at]; row?.t === t; row = rows[at]) {
      before += standing.get(row.key) ?? 0;
      after += row.last;
      alone = Math.max(alone, row.max);
      standing.set(row.key, row.last);
      at += 1;
    }
    const still = sum - before;
    sum = still + after;
    minutes.push({ t, peak: still + Math.max(before, after, alone), after: sum });
  }
  return minutes;
}

/**
 * The highest sum within each step, including the value at its start; null before the first known
 * value.
 */
export function highestSums(rows: readonly GaugeMinute[], { from, step }: Grid, steps: number): Values {
  const minutes = sumMinutes(rows);
  const values: Values = [];
  let standing: number | null = null;
  let next = 0;
  for (let at = 0; at < steps; at += 1) {
    let highest = standing;
    for (let one = minutes[next]; one && one.t < from + (at + 1) * step; one = minutes[next]) {
      // A value from before the stretch starts it, whatever peak it had before.
      highest = Math.max(one.t < from ? 0 : (highest ?? 0), one.t < from ? one.after : one.peak);
      standing = one.after;
      next += 1;
    }
    values.push(highest);
  }
  return values;
}

/**
 * The highest ratio of the two sums within each step, minute by minute; null while the divisor is 0
 * or unknown.
 */
export function shareOf(
  part: readonly GaugeMinute[],
  whole: readonly GaugeMinute[],
  { from, step }: Grid,
  steps: number,
): Values {
  const of = [sumMinutes(part), sumMinutes(whole)] as const;
  const times = [...new Set(of.flatMap((minutes) => minutes.map(({ t }) => t)))].sort((a, b) => a - b);
  const byTime = of.map((minutes) => new Map(minutes.map((one) => [one.t, one])));
  const standing = [0, 0];
  const share = (a: number, b: number): number | null => (b > 0 ? a / b : null);
  const values: Values = [];
  let next = 0;
  for (let at = 0; at < steps; at += 1) {
    let highest = share(standing[0] ?? 0, standing[1] ?? 0);
    for (let t = times[next]; t !== undefined && t < from + (at + 1) * step; t = times[next]) {
      const peaks = byTime.map((minutes, index) => minutes.get(t as number)?.peak ?? standing[index] ?? 0);
      byTime.forEach((minutes, index) => {
        standing[index] = minutes.get(t as number)?.after ?? standing[index] ?? 0;
      });
      const [a = 0, b = 0] = t < from ? standing : peaks;
      const now = share(a, b);
      if (now !== null) highest = t < from ? now : Math.max(highest ?? 0, now);
      next += 1;
    }
    values.push(highest);
  }
  return values;
}
