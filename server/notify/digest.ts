import type { NoticeEvent } from "../../domain/alerts/contract.ts";
import type { AlertNotice } from "../../domain/alerts/delivery.ts";
import type { DigestNotice } from "../../domain/alerts/throttle.ts";
import { SEVERITIES, type Severity } from "../../domain/kernel/statuses.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";

/** One entry of a digest. */
export interface DigestEntry {
  event: string;
  at: string;
  alert: AlertNotice;
}

/** How often a rule occurs in a digest. */
export interface RuleCount {
  rule: string;
  severity: Severity;
  /** Alerts that fired, or fired again. */
  fired: number;
  resolved: number;
}

/** A digest as it is sent. */
export interface Digest extends DigestNotice {
  fired: number;
  resolved: number;
  /** The most severe first, then the most numerous. */
  byRule: RuleCount[];
  /** Most severe first, then in order. */
  alerts: DigestEntry[];
}

const RESOLVED: NoticeEvent = "alert.resolved";
const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Sums up a digest's entries, given in order. */
export function digestOf(notice: DigestNotice, entries: readonly DigestEntry[]): Digest {
  const rules = new Map<string, { rule: string; severity: Severity; fired: Set<string>; resolved: Set<string> }>();
  for (const { event, alert } of entries) {
    const { rule, severity, alertId } = alert;
    const key = `${severity}/${rule}`;
    const counted = rules.get(key) ?? { rule, severity, fired: new Set(), resolved: new Set() };
    (event === RESOLVED ? counted.resolved : counted.fired).add(alertId);
    rules.set(key, counted);
  }
  const byRule = [...rules.values()]
    .map(({ rule, severity, fired, resolved }) => ({ rule, severity, fired: fired.size, resolved: resolved.size }))
    .sort((a, b) => rank(a.severity) - rank(b.severity) || b.fired + b.resolved - a.fired - a.resolved);
  const sum = (of: (one: RuleCount) => number) => byRule.reduce((total, one) => total + of(one), 0);
  return {
    ...notice,
    count: entries.length,
    fired: sum((one) => one.fired),
    resolved: sum((one) => one.resolved),
    byRule,
    alerts: [...entries].sort((a, b) => rank(a.alert.severity) - rank(b.alert.severity)),
  };
}

/** Each alert once, in its last state. */
export const latestOf = ({ alerts }: Digest): DigestEntry[] => [
  ...new Map(alerts.map((entry) => [entry.alert.alertId, entry])).values(),
];

/** A digest in one line. */
export function digestHeadline({ fired, resolved, windowMs }: Digest): string {
  const alerts = (count: number) => `${count} ${count === 1 ? "alert" : "alerts"}`;
  const what =
    fired === 0
      ? `${alerts(resolved)} resolved`
      : `${alerts(fired)} fired${resolved > 0 ? ` and ${resolved} resolved` : ""}`;
  return `${what} within ${inWords(windowMs)}`;
}

function inWords(ms: number): string {
  const [count, unit] = ms % MINUTE_MS === 0 ? [ms / MINUTE_MS, "minute"] : [Math.round(ms / 100) / 10, "second"];
  return count === 1 ? `a ${unit}` : `${count} ${unit}s`;
}
