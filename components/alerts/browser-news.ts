import type { AlertRow } from "./alert-model.ts";

/**
 * Which of the live alerts are news in this browser: those that begin to fire, or fire again, after
 * the page was opened. Alerts that fire already when it is opened are not news; nor are rows loaded
 * later, unless they fired since.
 */
export interface Seen {
  /** Of each alert: its status, and when it fired. */
  readonly marks: Map<string, string>;
  /** RFC 3339: what fired before is no news. */
  readonly since: string;
}

export const beginSeeing = (alerts: readonly AlertRow[], since: string): Seen => ({
  marks: new Map(alerts.map((alert) => [alert.id, markOf(alert)])),
  since,
});

/**
 * Takes the alerts in. @returns those that have begun to fire, and the ids of those that no longer
 * do.
 */
export function newsOf(seen: Seen, alerts: readonly AlertRow[]): { fired: AlertRow[]; ended: string[] } {
  const fired: AlertRow[] = [];
  const ended: string[] = [];
  for (const alert of alerts) {
    const before = seen.marks.get(alert.id);
    const now = markOf(alert);
    if (before === now) continue;
    seen.marks.set(alert.id, now);
    if (alert.status !== "firing") ended.push(alert.id);
    // A click in this browser is no news; nor is an effect while its cause is open.
    else if (!alert.pending && alert.heldAt === null && (before !== undefined || alert.firedAt >= seen.since))
      fired.push(alert);
  }
  return { fired, ended };
}

const markOf = ({ status, firedAt }: AlertRow): string => `${status} ${firedAt}`;

interface NamedChannels {
  ruleId: string;
  channels: readonly string[];
}

/**
 * Whether a browser notifies of an alert: it is critical, or its rule names one of the `browser`
 * channels.
 */
export function isShown(
  alert: AlertRow,
  rules: readonly NamedChannels[],
  browserChannels: ReadonlySet<string>,
): boolean {
  if (alert.severity === "critical") return true;
  const rule = rules.find(({ ruleId }) => ruleId === alert.rule);
  return rule?.channels.some((channel) => browserChannels.has(channel)) ?? false;
}
