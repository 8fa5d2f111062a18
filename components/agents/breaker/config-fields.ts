import { type BreakerConfig, resolveBreakerConfig } from "../../../domain/agents/breaker/config.ts";

/** How a setting is written: a number, a share as percent, or a time with its unit. */
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

/** The settings of a breaker, in the order of their form; the window's kind stands before them. */
export const CONFIG_FIELDS: readonly ConfigField[] = [
  {
    name: "windowSize",
    label: "Window size",
    unit: "number",
    says: "How many calls, or seconds of calls, the rates are made of.",
    theirs: "slidingWindowSize",
    empty: `${DEFAULTS.windowSize} calls, or ${resolveBreakerConfig({ window: "time" }).windowSize} seconds`,
  },
  {
    name: "minimumCalls",
    label: "Minimum calls",
    unit: "number",
    says: "Below so many calls in the window no rate is judged, even if all of them failed.",
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
    empty: "slowness is not judged",
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
    says: "Each opening in a row without a close between waits so many times as long.",
    theirs: "exponentialBackoffMultiplier",
    empty: `${DEFAULTS.openMultiplier}, always as long`,
  },
  {
    name: "maxOpenMs",
    label: "Longest wait",
    unit: "span",
    says: "A growing wait grows no further than this.",
    theirs: "exponentialMaxWaitDurationInOpenState",
    empty: "30 days",
  },
  {
    name: "permittedTrials",
    label: "Permitted calls in half-open state",
    unit: "number",
    says: "So many trial calls decide whether it closes or opens again.",
    theirs: "permittedNumberOfCallsInHalfOpenState",
    empty: String(DEFAULTS.permittedTrials),
  },
  {
    name: "trialTimeoutMs",
    label: "Deadline of a trial call",
    unit: "span",
    says: "A trial that has not reported by then has failed, so that none holds the breaker half-open for ever. A job's trial ends with its lease.",
    theirs: "maxWaitDurationInHalfOpenState",
    empty: `${DEFAULTS.trialTimeoutMs / 1_000} seconds`,
  },
];
