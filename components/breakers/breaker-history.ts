import type { LogEvent } from "../../domain/event.ts";
import { BREAKER_STATES, type BreakerStateName } from "../../domain/statuses.ts";
import { formatAbsolute } from "../ui/format.ts";

/** The events that tell a breaker's life. Its single outcomes and the agent's heartbeats are no part of it. */
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
] as const;

export interface HistoryEntry {
  seq: number;
  at: string;
  /** Who ordered it; null for what the breaker did by itself. */
  by: string | null;
  /** The state it went to, if it went anywhere. */
  state: BreakerStateName | null;
  title: string;
  detail: string | null;
}

/**
 * The events as entries, newest first. An operator's order yields a move and the order itself; only the order is told, since it carries
 * who, why and until when.
 */
export function historyOf(events: readonly LogEvent[]): HistoryEntry[] {
  return events
    .filter((event) => !isEchoOfOrder(event))
    .map(entryOf)
    .sort((a, b) => b.seq - a.seq);
}

function isEchoOfOrder({ type, payload }: LogEvent): boolean {
  return type.startsWith("breaker.") && (payload.cause === "override" || payload.cause === "reset");
}

function entryOf(event: LogEvent): HistoryEntry {
  const { seq, at, payload } = event;
  const reason = textOf(payload.reason);
  // The commit that made a breaker move by itself has an actor too, but it was not that one's doing.
  const by = ORDERS.has(event.type) ? event.actor : null;
  const base = { seq, at, by, state: stateOf(payload.to), detail: reason };
  switch (event.type) {
    case "breaker.opened": {
      const error = textOf(payload.lastError);
      return {
        ...base,
        title: "Opened",
        detail: [reason, error && `last error: ${error}`].filter(Boolean).join("; ") || null,
      };
    }
    case "breaker.half_opened":
      return { ...base, title: "Half-open" };
    case "breaker.closed":
      return { ...base, title: "Closed" };
    case "breaker.forced_open":
    case "breaker.disabled":
      return { ...base, title: event.type === "breaker.disabled" ? "Disabled" : "Forced open" };
    case "breaker.overridden": {
      const state = stateOf(payload.state);
      const until = textOf(payload.expiresAt);
      return {
        ...base,
        state,
        title: ORDER_NAMES[state ?? "closed"],
        detail: until ? `${reason ?? ""} (until ${formatAbsolute(until).slice(0, 16)} UTC)` : reason,
      };
    }
    case "breaker.was_reset":
      return { ...base, state: "closed", title: "Reset" };
    case "agent.registered":
      return { ...base, title: payload.implicit === true ? "Seen for the first time" : "Registered" };
    case "agent.drained":
      return { ...base, title: "Draining" };
    default:
      return { ...base, title: event.type };
  }
}

const ORDERS = new Set(["breaker.overridden", "breaker.was_reset", "agent.registered", "agent.drained"]);

const ORDER_NAMES: { readonly [state in BreakerStateName]: string } = {
  closed: "Closed by order",
  open: "Opened by order",
  half_open: "Half-opened by order",
  forced_open: "Tripped",
  disabled: "Disabled",
};

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const stateOf = (value: unknown): BreakerStateName | null => BREAKER_STATES.find((state) => state === value) ?? null;
