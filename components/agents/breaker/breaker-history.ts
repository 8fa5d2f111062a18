import type { EventType, Payloads } from "../../../domain/events.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isAbout, isEvent, readEvent } from "../../../domain/kernel/read-event.ts";
import { BREAKER_STATES, type BreakerStateName } from "../../../domain/kernel/statuses.ts";
import type { FormatMoment } from "../../ui/format.ts";
import { textOf as settingText } from "./config-draft.ts";
import { CONFIG_FIELDS } from "./config-fields.ts";

/** The events of a breaker's history, without single outcomes and heartbeats. */
export const HISTORY_TYPES = [
  "breaker.opened",
  "breaker.half_opened",
  "breaker.closed",
  "breaker.forced_open",
  "breaker.disabled",
  "breaker.overridden",
  "breaker.was_reset",
  "agent.registered",
  "agent.drained",
] as const satisfies readonly EventType[];

export interface HistoryEntry {
  seq: number;
  at: string;
  /** Who ordered it; null: the breaker itself. */
  by: string | null;
  /** The state it changed to, if it did. */
  state: BreakerStateName | null;
  title: string;
  detail: string | null;
}

/**
 * The events as entries, newest first. An operator's order emits a transition and the order; only
 * the order is shown, since it has the actor, reason and expiry.
 */
export function historyOf(events: readonly LogEvent[], moment: FormatMoment): HistoryEntry[] {
  const shown = events.filter((event) => !isEchoOfOrder(event)).sort((a, b) => a.seq - b.seq);
  const before: Before = { settings: null, draining: false };
  return shown.map((event) => entryOf(event, before, moment)).reverse();
}

/** The settings after the events so far, so that the next entry can list its changes. */
interface Before {
  settings: { readonly [name: string]: unknown } | null;
  draining: boolean;
}

function isEchoOfOrder(event: LogEvent): boolean {
  return isAbout(event, "breaker") && (event.payload.cause === "override" || event.payload.cause === "reset");
}

function entryOf(logEvent: LogEvent, before: Before, moment: FormatMoment): HistoryEntry {
  const { seq, at } = logEvent;
  const event = readEvent(logEvent);
  const reason = "reason" in event.payload ? textOf(event.payload.reason) : null;
  // The commit of an automatic transition has an actor too, who did not order it.
  const by = isEvent(logEvent, ...ORDERS) ? logEvent.actor : null;
  const base = { seq, at, by, state: null, detail: reason };
  switch (event.type) {
    case "breaker.opened": {
      const error = textOf(event.payload.lastError);
      const detail = [reason, error && `last error: ${error}`].filter(Boolean).join("; ") || null;
      return { ...base, state: stateOf(event.payload.to), title: "Opened", detail };
    }
    case "breaker.half_opened":
    case "breaker.closed":
    case "breaker.forced_open":
    case "breaker.disabled":
      return { ...base, state: stateOf(event.payload.to), title: MOVE_NAMES[event.type] };
    case "breaker.overridden": {
      const state = stateOf(event.payload.state);
      const until = textOf(event.payload.expiresAt);
      return {
        ...base,
        state,
        title: ORDER_NAMES[state ?? "closed"],
        detail: until ? `${reason ?? ""} (until ${moment(until, "minute")})` : reason,
      };
    }
    case "breaker.was_reset":
      return { ...base, state: "closed", title: "Reset" };
    case "agent.registered":
      return { ...base, ...registrationOf(event.payload, reason, before) };
    case "agent.drained":
      before.draining = true;
      return { ...base, title: "Draining" };
    default:
      return { ...base, title: logEvent.type };
  }
}

/** A registration has all settings of the breaker; compare them to find the changes. */
function registrationOf(
  payload: Payloads["agent.registered"],
  reason: string | null,
  before: Before,
): Pick<HistoryEntry, "title" | "detail"> {
  const settings: { readonly [name: string]: unknown } = payload.breaker ?? {};
  const changes = before.settings === null ? [] : changesOf(before.settings, settings);
  const { draining } = before;
  Object.assign(before, { settings, draining: false });
  if (changes.length > 0) return { title: "Settings changed", detail: [reason, ...changes].filter(Boolean).join("; ") };
  if (draining) return { title: "Takes work again", detail: reason };
  return { title: payload.implicit === true ? "Created by its first act" : "Registered", detail: reason };
}

function changesOf(was: { readonly [name: string]: unknown }, is: { readonly [name: string]: unknown }): string[] {
  const fields = CONFIG_FIELDS.filter(({ name }) => was[name] !== is[name]).map(({ name, label, unit }) => {
    const words = (value: unknown) => (typeof value === "number" ? settingText(value, unit) : "none");
    return `${label} ${words(was[name])} → ${words(is[name])}`;
  });
  return was.window === is.window ? fields : [`Window by ${was.window} → by ${is.window}`, ...fields];
}

const ORDERS = [
  "breaker.overridden",
  "breaker.was_reset",
  "agent.registered",
  "agent.drained",
] as const satisfies readonly EventType[];

const MOVE_NAMES = {
  "breaker.half_opened": "Half-open",
  "breaker.closed": "Closed",
  "breaker.forced_open": "Forced open",
  "breaker.disabled": "Disabled",
} as const satisfies { [T in EventType]?: string };

const ORDER_NAMES: { readonly [state in BreakerStateName]: string } = {
  closed: "Closed by order",
  open: "Opened by order",
  half_open: "Half-opened by order",
  forced_open: "Tripped",
  disabled: "Disabled",
};

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const stateOf = (value: unknown): BreakerStateName | null => BREAKER_STATES.find((state) => state === value) ?? null;
