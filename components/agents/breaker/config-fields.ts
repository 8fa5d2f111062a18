import { type BreakerConfig, resolveBreakerConfig } from "../../../domain/agents/breaker/config.ts";

/** The format of a setting: a number, a share in percent, or a time with its unit. */
export type FieldUnit = "number" | "percent" | "span";

/** A setting that the form has a field for. */
export type ConfigName = Exclude<keyof BreakerConfig, "window">;

export interface ConfigField {
  name: ConfigName;
  label: string;
  unit: FieldUnit;
  /** What it does, and what resilience4j calls it. */
  says: string;
  /** resilience4j's own name of it. */
  theirs: string;
  /** What an empty field means. */
  empty: string;
}

const DEFAULTS = resolveBreakerConfig();

/** The settings of a breaker, in the order of their form; the window's kind comes first. */
export const CONFIG_FIELDS: readonly ConfigField[] = [
  {
    name: "windowSize",
    label: "Window size",
    unit: "number",
    says: "How many calls, or seconds of calls, the rates count.",
    theirs: "slidingWindowSize",
    empty: `${DEFAULTS.windowSize} calls, or ${resolveBreakerConfig({ window: "time" }).windowSize} seconds`,
  },
  {
    name: "minimumCalls",
    label: "Minimum calls",
    unit: "number",
    says: "With fewer calls in the window the rates do not count, even if all calls failed.",
    theirs: "minimumNumberOfCalls",
    empty: String(DEFAULTS.minimumCalls),
  },
  {
    name: "failureRateThreshold",
    label: "Failure rate threshold",
    unit: "percent",
    says: "At this share of failed calls, or above, the breaker opens.",
    theirs: "failureRateThreshold",
    empty: `${DEFAULTS.failureRateThreshold * 100}%`,
  },
  {
    name: "slowCallMs",
    label: "Slow call duration threshold",
    unit: "span",
    says: "A call that takes longer counts as slow.",
    theirs: "slowCallDurationThreshold",
    empty: "slowness is off",
  },
  {
    name: "slowCallRateThreshold",
    label: "Slow call rate threshold",
    unit: "percent",
    says: "At this share of slow calls, or above, the breaker opens.",
    theirs: "slowCallRateThreshold",
    empty: `${DEFAULTS.slowCallRateThreshold * 100}%`,
  },
  {
    name: "openMs",
    label: "Wait duration in open state",
    unit: "span",
    says: "How long an open breaker waits before it lets trial calls through.",
    theirs: "waitDurationInOpenState",
    empty: `${DEFAULTS.openMs / 1_000} seconds`,
  },
  {
    name: "openMultiplier",
    label: "Wait multiplier",
    unit: "number",
    says: "Each further opening without a close in between waits this many times as long.",
    theirs: "exponentialBackoffMultiplier",
    empty: `${DEFAULTS.openMultiplier}, always as long`,
  },
  {
    name: "maxOpenMs",
    label: "Longest wait",
    unit: "span",
    says: "The longest wait.",
    theirs: "exponentialMaxWaitDurationInOpenState",
    empty: "30 days",
  },
  {
    name: "permittedTrials",
    label: "Permitted calls in half-open state",
    unit: "number",
    says: "This many trial calls decide whether it closes or opens again.",
    theirs: "permittedNumberOfCallsInHalfOpenState",
    empty: String(DEFAULTS.permittedTrials),
  },
  {
    name: "trialTimeoutMs",
    label: "Deadline of a trial call",
    unit: "span",
    says: "A trial without a result by then counts as failed, so that none keeps the breaker half-open forever. A job's trial ends with its lease.",
    theirs: "maxWaitDurationInHalfOpenState",
    empty: `${DEFAULTS.trialTimeoutMs / 1_000} seconds`,
  },
];
