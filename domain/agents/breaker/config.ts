import { z } from "zod";
import { DAY_MS } from "../../kernel/time.ts";

/**
 * The longest time any breaker setting may name, and the cap of a growing open time that has no
 * `maxOpenMs`: 30 days.
 */
const LONGEST_MS = 30 * DAY_MS;
const LARGEST_COUNT_WINDOW = 1_000;
const LARGEST_TIME_WINDOW = 3_600;

const rate = z.number().min(0).max(1);
const duration = z.int().min(1).max(LONGEST_MS);

/**
 * The breaker option of `agent.register`: every field may be left out, unknown ones are refused.
 * `windowSize` counts calls (1-1,000) in a `count` window and seconds (1-3,600) in a `time` window;
 * durations are ms; rates and thresholds are 0-1. A call is slow when it takes longer than
 * `slowCallMs`; without it no call is slow.
 */
export const breakerConfig = z
  .strictObject({
    window: z.enum(["count", "time"]).optional(),
    windowSize: z.int().min(1).max(LARGEST_TIME_WINDOW).optional(),
    minimumCalls: z.int().min(1).max(1_000_000).optional(),
    failureRateThreshold: rate.optional(),
    slowCallMs: duration.optional(),
    slowCallRateThreshold: rate.optional(),
    openMs: duration.optional(),
    openMultiplier: z.number().min(1).max(1_000).optional(),
    maxOpenMs: duration.optional(),
    permittedTrials: z.int().min(1).max(LARGEST_COUNT_WINDOW).optional(),
    trialTimeoutMs: duration.optional(),
  })
  .refine((config) => config.window === "time" || (config.windowSize ?? 1) <= LARGEST_COUNT_WINDOW, {
    path: ["windowSize"],
    message: `a count window holds at most ${LARGEST_COUNT_WINDOW} calls`,
  });

export type BreakerConfigInput = z.infer<typeof breakerConfig>;

/**
 * A full configuration, as a breaker's row keeps it. It is itself a legal `BreakerConfigInput`, so
 * it can be sent back.
 */
export type BreakerConfig = Required<Omit<BreakerConfigInput, "slowCallMs" | "maxOpenMs">> &
  Pick<BreakerConfigInput, "slowCallMs" | "maxOpenMs">;

/**
 * Fills in what was left out. Takes a parsed `breakerConfig`; never throws. Resolving twice changes
 * nothing.
 */
export function resolveBreakerConfig(input: BreakerConfigInput = {}): BreakerConfig {
  const window = input.window ?? "count";
  return {
    window,
    windowSize: input.windowSize ?? (window === "count" ? 20 : 60),
    minimumCalls: input.minimumCalls ?? 5,
    failureRateThreshold: input.failureRateThreshold ?? 0.5,
    ...(input.slowCallMs === undefined ? {} : { slowCallMs: input.slowCallMs }),
    slowCallRateThreshold: input.slowCallRateThreshold ?? 1,
    openMs: input.openMs ?? 30_000,
    openMultiplier: input.openMultiplier ?? 1,
    ...(input.maxOpenMs === undefined ? {} : { maxOpenMs: input.maxOpenMs }),
    permittedTrials: input.permittedTrials ?? 3,
    trialTimeoutMs: input.trialTimeoutMs ?? 60_000,
  };
}

/** True when two full configurations say the same, whatever the order of their fields. */
export function sameBreakerConfig(a: BreakerConfig, b: BreakerConfig): boolean {
  return (
    a.window === b.window &&
    a.windowSize === b.windowSize &&
    a.minimumCalls === b.minimumCalls &&
    a.failureRateThreshold === b.failureRateThreshold &&
    a.slowCallMs === b.slowCallMs &&
    a.slowCallRateThreshold === b.slowCallRateThreshold &&
    a.openMs === b.openMs &&
    a.openMultiplier === b.openMultiplier &&
    a.maxOpenMs === b.maxOpenMs &&
    a.permittedTrials === b.permittedTrials &&
    a.trialTimeoutMs === b.trialTimeoutMs
  );
}

/**
 * How many calls a closed breaker must have seen before it may open: a count window can never hold
 * more than its size.
 */
export function effectiveMinimumCalls(config: BreakerConfig): number {
  return config.window === "count" ? Math.min(config.minimumCalls, config.windowSize) : config.minimumCalls;
}

/**
 * How long (ms) the breaker stays open at its n-th opening in a row (n from 1): grows by
 * `openMultiplier`, capped by `maxOpenMs`.
 */
export function openDurationMs(config: BreakerConfig, openings: number): number {
  const grown = config.openMs * config.openMultiplier ** (Math.max(1, openings) - 1);
  return Math.round(Math.min(grown, config.maxOpenMs ?? LONGEST_MS));
}
