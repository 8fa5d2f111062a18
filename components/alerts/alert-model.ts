import { ALERT_STATUSES, type AlertStatus, isOpenAlert, SEVERITIES } from "../../domain/statuses.ts";
import type { Wire } from "../../domain/wire.ts";

export type AlertRow = Wire<"alert">;

export const ALERT_VIEWS = ["open", "firing", "acknowledged", "resolved"] as const;
/** Which alerts a tab shows; `open` is those that still want an operator's eyes. */
export type AlertView = (typeof ALERT_VIEWS)[number];

/** The statuses a view asks the server for. */
export const statusesOf = (view: AlertView): AlertStatus[] =>
  view === "open" ? ALERT_STATUSES.filter(isOpenAlert) : [view];

/**
 * The alerts of a view: the most severe first, then the one that fired last; resolved ones by when they were resolved. Status is no part
 * of the order, so an alert stays under the pointer that acknowledged it.
 */
export function alertsOf(alerts: readonly AlertRow[], view: AlertView): AlertRow[] {
  const statuses = statusesOf(view);
  return alerts.filter((alert) => statuses.includes(alert.status)).sort(view === "resolved" ? byResolved : byUrgency);
}

function byUrgency(a: AlertRow, b: AlertRow): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || latest(a.firedAt, b.firedAt) || (a.id < b.id ? -1 : 1);
}

function byResolved(a: AlertRow, b: AlertRow): number {
  return latest(a.resolvedAt ?? "", b.resolvedAt ?? "") || (a.id < b.id ? -1 : 1);
}

const latest = (a: string, b: string): number => (a > b ? -1 : a < b ? 1 : 0);

/** How many alerts each view holds; resolved ones are not counted, as not all of them are loaded. */
export function viewCounts(alerts: readonly AlertRow[]): { [view in Exclude<AlertView, "resolved">]: number } {
  const of = (status: AlertStatus) => alerts.filter((alert) => alert.status === status).length;
  const [firing, acknowledged] = [of("firing"), of("acknowledged")];
  return { open: firing + acknowledged, firing, acknowledged };
}

/** Where an alert's subject has its page, or null when it has none. */
export function subjectHref(alert: Pick<AlertRow, "subjectKind" | "subjectId">): string | null {
  const id = encodeURIComponent(alert.subjectId);
  switch (alert.subjectKind) {
    case "agent":
      return `/agents/${id}`;
    case "run":
      return `/runs/${id}`;
    default:
      return null;
  }
}

/** `user:ada` is a person, shown by name; anything else keeps its kind (`key:ci`). */
export const actorName = (actor: string): string => (actor.startsWith("user:") ? actor.slice(5) : actor);

/** What the keyboard and the check boxes act on: the alert under the cursor, and those selected. */
export interface ListState {
  cursor: string | null;
  selected: ReadonlySet<string>;
}

export type ListAction =
  | { type: "move"; by: 1 | -1 }
  | { type: "point"; id: string }
  | { type: "toggle"; id: string }
  | { type: "select_all" }
  | { type: "clear" };

/** The list's state after an action, over the ids now shown, in order. What is no longer shown is forgotten. */
export function reduceList(state: ListState, action: ListAction, ids: readonly string[]): ListState {
  const selected = new Set([...state.selected].filter((id) => ids.includes(id)));
  const cursor = state.cursor !== null && ids.includes(state.cursor) ? state.cursor : null;
  switch (action.type) {
    case "move": {
      const at = cursor === null ? (action.by === 1 ? -1 : ids.length) : ids.indexOf(cursor);
      const next = Math.min(ids.length - 1, Math.max(0, at + action.by));
      return { selected, cursor: ids[next] ?? null };
    }
    case "point":
      return { selected, cursor: ids.includes(action.id) ? action.id : cursor };
    case "toggle":
      if (!selected.delete(action.id) && ids.includes(action.id)) selected.add(action.id);
      return { selected, cursor: action.id };
    case "select_all":
      return { selected: new Set(ids), cursor };
    case "clear":
      return { selected: new Set(), cursor };
  }
}
