import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
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
export const isNarrowed = (filter: InboxFilter): boolean => Object.keys(narrowQuery(filter)).length > 0;

/** Everything but the view, as a query: the same for equal filters. */
function narrowQuery({ severity, rule, q }: InboxFilter) {
  const severities = SEVERITIES.filter((one) => severity.includes(one));
  return {
    ...(severities.length > 0 && severities.length < SEVERITIES.length && { severity: severities }),
    ...(rule && { rule }),
    ...(q?.trim() && { q: q.trim() }),
  };
}

/** The path of the counts by status, for the filter alone: the view does not matter. */
export const countsPath = (filter: InboxFilter) => pathTo(alertEndpoints.counts, narrowQuery(filter));

/** The path of one page: by urgency, resolved ones by when they fired. */
export const inboxPath = (filter: InboxFilter, cursor: string | null) =>
  pathTo(alertEndpoints.list, {
    ...narrowQuery(filter),
    status: statusesOf(filter.view),
    ...(filter.view !== "resolved" && { sort: "urgency" }),
    limit: PAGE_SIZE,
    large: "omit",
    ...(cursor !== null && { cursor }),
  });

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
