import { isSilent } from "../../domain/alerts/silence.ts";
import { pathTo } from "../../domain/kernel/links.ts";
import { ALERT_STATUSES, type AlertStatus, isOpenAlert, SEVERITIES } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** An alert; `pending` while the server has not confirmed a click on it. */
export type AlertRow = Wire<"alert"> & { readonly pending?: boolean };

export const ALERT_VIEWS = ["open", "firing", "acknowledged", "snoozed", "resolved"] as const;
/** Which alerts a tab shows; `open` is those that still want an operator's eyes. */
export type AlertView = (typeof ALERT_VIEWS)[number];

/** The statuses a view asks the server for. */
export const statusesOf = (view: AlertView): AlertStatus[] =>
  view === "open" ? ALERT_STATUSES.filter(isOpenAlert) : [view];

type Order = (a: AlertRow, b: AlertRow) => number;

const RANKS = new Map<string, number>(SEVERITIES.map((severity, rank) => [severity, rank]));

/** The latest first; of those of one instant the last id first, as the server has it. */
const byFired: Order = (a, b) =>
  a.firedAt === b.firedAt ? (a.id === b.id ? 0 : a.id > b.id ? -1 : 1) : a.firedAt > b.firedAt ? -1 : 1;

const byUrgency: Order = (a, b) => (RANKS.get(a.severity) ?? 0) - (RANKS.get(b.severity) ?? 0) || byFired(a, b);

/**
 * The order of a view: the most severe first, then the one that fired last; resolved ones by when
 * they fired. Status is no part of it, so an alert stays under the pointer that acknowledged it.
 */
export const orderOf = (view: AlertView): Order => (view === "resolved" ? byFired : byUrgency);

/** The alerts of a view, in its order. */
export function alertsOf(alerts: readonly AlertRow[], view: AlertView): AlertRow[] {
  const statuses = statusesOf(view);
  return alerts.filter((alert) => statuses.includes(alert.status)).sort(orderOf(view));
}

/** An alert in its place: right below the one that caused it, if that is shown too. */
export interface PlacedAlert {
  alert: AlertRow;
  /** It is listed below its cause. */
  caused: boolean;
  /** How many are listed below it. */
  effects: number;
}

/**
 * Alerts with their effects below them, both in the order given; effects of effects are listed
 * below the first cause. Those of the causes in `folded` are left out.
 */
export function placeAlerts(alerts: readonly AlertRow[], folded: ReadonlySet<string>): PlacedAlert[] {
  const shown = new Map(alerts.map((alert) => [alert.id, alert]));
  const below = new Map<string, AlertRow[]>();
  for (const alert of alerts) {
    const root = rootOf(alert, shown);
    if (root === alert) continue;
    const known = below.get(root.id);
    if (known) known.push(alert);
    else below.set(root.id, [alert]);
  }
  return alerts.flatMap((alert) => {
    if (rootOf(alert, shown) !== alert) return [];
    const effects = below.get(alert.id) ?? [];
    const visible = folded.has(alert.id) ? [] : effects;
    return [
      { alert, caused: false, effects: effects.length },
      ...visible.map((effect) => ({ alert: effect, caused: true, effects: 0 })),
    ];
  });
}

/** The first cause among those shown. Two that name each other are listed by themselves. */
function rootOf(alert: AlertRow, shown: ReadonlyMap<string, AlertRow>): AlertRow {
  const seen = new Set([alert.id]);
  let root = alert;
  for (let up = causeOf(root, shown); up; up = causeOf(root, shown)) {
    if (seen.has(up.id)) return alert;
    seen.add(up.id);
    root = up;
  }
  return root;
}

const causeOf = (alert: AlertRow, shown: ReadonlyMap<string, AlertRow>): AlertRow | undefined =>
  alert.causeId === null ? undefined : shown.get(alert.causeId);

/** Where an alert's subject has its page, or null when it has none. */
export const subjectHref = ({ subjectKind, subjectId, runId }: Pick<AlertRow, "subjectKind" | "subjectId" | "runId">) =>
  pathTo({ kind: subjectKind, id: subjectId }, runId);

/**
 * Whether an alert that is resolved stays silent when it comes back, as it was snoozed until a time
 * after `now`, epoch ms.
 */
export const isSilenced = (alert: AlertRow, now: number): boolean =>
  alert.status === "resolved" && isSilent(alert, new Date(now).toISOString());

/** `user:ada` is a person, shown by name; anything else keeps its kind (`key:ci`). */
export const actorName = (actor: string): string => (actor.startsWith("user:") ? actor.slice(5) : actor);

/**
 * What the keyboard and the check boxes act on: the alert under the cursor (and its place in the
 * list), and those selected.
 */
export interface ListState {
  cursor: string | null;
  at: number;
  /** Where a range begins: the one selected last. */
  anchor: string | null;
  selected: ReadonlySet<string>;
}

export const NOTHING_CHOSEN: ListState = { cursor: null, at: 0, anchor: null, selected: new Set() };

export type ListAction =
  | { type: "move"; by: 1 | -1 }
  | { type: "point"; id: string }
  | { type: "toggle"; id: string }
  | { type: "range"; id: string }
  | { type: "select_all" }
  | { type: "clear" };

/**
 * The state as it holds for the ids now shown: what has gone from the selection is forgotten, and a
 * cursor whose alert has gone stands on the one that has taken its place.
 */
export function settleList(state: ListState, ids: readonly string[]): ListState {
  const shown = state.selected.size > 0 ? new Set(ids) : null;
  const selected = new Set([...state.selected].filter((id) => shown?.has(id)));
  if (state.cursor === null) return { ...state, selected };
  const here = ids.indexOf(state.cursor);
  const at = here >= 0 ? here : Math.min(state.at, ids.length - 1);
  return { ...state, cursor: ids[at] ?? null, at: Math.max(0, at), selected };
}

/** The list's state after an action, over the ids now shown, in order. */
export function reduceList(before: ListState, action: ListAction, ids: readonly string[]): ListState {
  const state = settleList(before, ids);
  const pointAt = (id: string | undefined) =>
    id === undefined ? {} : { cursor: id, at: Math.max(0, ids.indexOf(id)) };
  switch (action.type) {
    case "move": {
      const from = state.cursor === null ? (action.by === 1 ? -1 : ids.length) : state.at;
      return { ...state, ...pointAt(ids[Math.min(ids.length - 1, Math.max(0, from + action.by))]) };
    }
    case "point":
      return ids.includes(action.id) ? { ...state, ...pointAt(action.id) } : state;
    case "toggle": {
      if (!ids.includes(action.id)) return state;
      const selected = new Set(state.selected);
      if (!selected.delete(action.id)) selected.add(action.id);
      return { ...state, selected, anchor: action.id, ...pointAt(action.id) };
    }
    case "range": {
      const to = ids.indexOf(action.id);
      if (to < 0) return state;
      const anchored = state.anchor === null ? -1 : ids.indexOf(state.anchor);
      const from = anchored < 0 ? to : anchored;
      const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
      return { ...state, selected: new Set([...state.selected, ...range]), anchor: action.id, ...pointAt(action.id) };
    }
    case "select_all":
      return { ...state, selected: new Set(ids) };
    case "clear":
      return { ...state, anchor: null, selected: new Set() };
  }
}
