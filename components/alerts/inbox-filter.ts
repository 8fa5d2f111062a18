import { SEVERITIES, type Severity } from "../../domain/kernel/statuses.ts";
import { type AlertRow, type AlertView, statusesOf } from "./alert-model.ts";

/** What the inbox is narrowed to; empty or null: not by that. */
export interface InboxFilter {
  view: AlertView;
  severity: Severity[];
  rule: string | null;
  /** In the title or the subject's id, upper and lower case alike. */
  q: string | null;
}

/** Narrowed by nothing. */
export const ALL_ALERTS: InboxFilter = { view: "open", severity: [], rule: null, q: null };

/** How many alerts one page holds. */
const PAGE_SIZE = 100;

/** Whether anything but the view narrows the list. */
export const isNarrowed = (filter: InboxFilter): boolean => narrowQuery(filter) !== "";

/** Everything but the view, as a query string: the same for equal filters. */
function narrowQuery({ severity, rule, q }: InboxFilter): string {
  const query = new URLSearchParams();
  const severities = SEVERITIES.filter((one) => severity.includes(one));
  if (severities.length > 0 && severities.length < SEVERITIES.length) query.set("severity", severities.join(","));
  if (rule) query.set("rule", rule);
  if (q?.trim()) query.set("q", q.trim());
  return query.toString();
}

/** The path of the counts by status, for the filter alone: the view does not matter. */
export function countsPath(filter: InboxFilter): string {
  const query = narrowQuery(filter);
  return query ? `/alerts/counts?${query}` : "/alerts/counts";
}

/** The path of one page: by urgency, resolved ones by when they fired. */
export function inboxPath(filter: InboxFilter, cursor: string | null): string {
  const query = new URLSearchParams(narrowQuery(filter));
  query.set("status", statusesOf(filter.view).join(","));
  if (filter.view !== "resolved") query.set("sort", "urgency");
  query.set("limit", String(PAGE_SIZE));
  query.set("large", "omit");
  if (cursor !== null) query.set("cursor", cursor);
  return `/alerts?${query}`;
}

/** Whether the server would count this alert under the filter, in any status. */
export function isCounted(alert: AlertRow, { severity, rule, q }: InboxFilter): boolean {
  if (severity.length > 0 && !severity.includes(alert.severity)) return false;
  if (rule && alert.rule !== rule) return false;
  const words = q?.trim().toLowerCase();
  return !words || [alert.title, alert.subjectId].some((text) => text.toLowerCase().includes(words));
}

/** Whether the server would list this alert under the filter. */
export const isListed = (alert: AlertRow, filter: InboxFilter): boolean =>
  statusesOf(filter.view).includes(alert.status) && isCounted(alert, filter);
