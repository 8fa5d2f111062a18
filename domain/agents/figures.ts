/**
 * Durations are kept as counts in fixed logarithmic buckets, so that an agent's percentiles can be
 * kept up to date with each outcome, merged, and taken back, in a few dozen numbers. Bucket i holds
 * durations from 2^(i/8) up to 2^((i+1)/8) ms; bucket 0 also holds what is under 1 ms.
 */
const BUCKETS_PER_DOUBLING = 8;

/** Bucket index (as JSON writes keys: a string) to count. Only buckets with a count are there. */
export type Histogram = { [bucket: string]: number };

/**
 * A percentile is off by at most this factor, up or down (4.5 %), for durations of 1 ms and more.
 */
export const PERCENTILE_ERROR_FACTOR = 2 ** (1 / (2 * BUCKETS_PER_DOUBLING));

/** The histogram with one more duration (ms; negative or unreal ones count as the shortest). */
export function addDuration(h: Histogram, ms: number): Histogram {
  const bucket = bucketOf(ms);
  return { ...h, [bucket]: (h[bucket] ?? 0) + 1 };
}

/** The histogram with one duration (ms) taken back. One that was never added changes nothing. */
export function removeDuration(h: Histogram, ms: number): Histogram {
  const bucket = bucketOf(ms);
  const { [bucket]: count = 0, ...others } = h;
  if (count === 0) return h;
  return count === 1 ? others : { ...others, [bucket]: count - 1 };
}

/** The histogram of both sets of durations. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const merged = { ...a };
  for (const [bucket, count] of Object.entries(b)) merged[bucket] = (merged[bucket] ?? 0) + count;
  return merged;
}

/** How many durations there are and what they come to, ms: exact, where a histogram is not. */
interface Sum {
  timed: number;
  totalDurationMs: number;
}

/**
 * The duration (ms) that a share `p` (0-1, e.g. 0.95) of all durations does not exceed, by nearest
 * rank; null when there are none. It is the geometric middle of the bucket of that rank, so at most
 * `PERCENTILE_ERROR_FACTOR` off. One that is alone in its bucket is no further off than what the
 * sum of all (`of`) leaves for it: a single duration is its own percentile.
 */
export function percentile(h: Histogram, p: number, of?: Sum): number | null {
  const buckets = Object.entries(h)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  // 0.07 * 100 is 7.000000000000001: without the small step back the rank would be one too high.
  const rank = Math.min(total, Math.max(1, Math.ceil(p * total - 1e-9)));
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen < rank) continue;
    const middle = 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING);
    const isExact = count === 1 && of?.timed === total;
    return isExact ? nearest(middle, bucket, buckets, of.totalDurationMs) : middle;
  }
  return null;
}

const lowest = (bucket: number): number => (bucket === 0 ? 0 : 2 ** (bucket / BUCKETS_PER_DOUBLING));
const highest = (bucket: number): number => 2 ** ((bucket + 1) / BUCKETS_PER_DOUBLING);

/**
 * The value nearest to `middle` that a duration alone in its bucket can have when all come to
 * `sum`.
 */
function nearest(middle: number, alone: number, buckets: readonly { bucket: number; count: number }[], sum: number) {
  let [least, most] = [sum, sum];
  for (const { bucket, count } of buckets) {
    if (bucket === alone) continue;
    least -= highest(bucket) * count;
    most -= lowest(bucket) * count;
  }
  return Math.max(Math.min(middle, most, highest(alone)), least, lowest(alone));
}

/**
 * The lower bound of Wilson's score interval for a success rate (0-1): the rate an agent has at
 * least, with the confidence `z` stands for (1.96: 97.5 % one-sided). It ranks 90 of 100 above 1 of
 * 1. 0 without any success.
 */
export function wilsonLowerBound(successes: number, total: number, z = 1.96): number {
  if (total <= 0 || successes <= 0) return 0;
  const rate = successes / total;
  const centre = rate + z ** 2 / (2 * total);
  const margin = z * Math.sqrt((rate * (1 - rate) + z ** 2 / (4 * total)) / total);
  return Math.max(0, (centre - margin) / (1 + z ** 2 / total));
}

function bucketOf(ms: number): string {
  const index = ms > 1 ? Math.floor(BUCKETS_PER_DOUBLING * Math.log2(Math.min(ms, Number.MAX_SAFE_INTEGER))) : 0;
  return String(index);
}
