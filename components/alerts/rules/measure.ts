import type { RuleKind } from "../../../domain/kernel/statuses.ts";
import { formatCount, formatDuration, formatPercent } from "../../ui/format.ts";

/** What the number of an alert of that kind counts. */
export const MEASURES: { readonly [kind in RuleKind]: string | null } = {
  breaker_open: null,
  success_rate: "Success rate",
  queue_depth: "Jobs queued",
  queue_age: "Oldest job waiting for",
  run_overdue: "Running for",
  job_overdue: "Attempt running for",
  agent_silent: "Silent for",
  stuck: "No progress for",
  approval_waiting: "Waiting for",
};

/** A measured number in its unit. */
export function formatMeasure(kind: RuleKind, value: number): string {
  if (kind === "success_rate") return formatPercent(value);
  if (kind === "queue_depth" || kind === "breaker_open") return formatCount(value);
  return formatDuration(value);
}

/** How far a bar for a value reaches, 0–1, with the threshold's own place on it. */
export function barOf(kind: RuleKind, value: number, threshold: number): { value: number; threshold: number } {
  const full = kind === "success_rate" ? 1 : Math.max(value, threshold) * 1.1 || 1;
  return { value: Math.min(1, value / full), threshold: Math.min(1, threshold / full) };
}
