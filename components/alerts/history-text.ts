import type { alertEvents } from "../../domain/alerts/events.ts";
import type { Payloads } from "../../domain/events.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { ownOf } from "../../domain/kernel/json-map.ts";
import { isEvent } from "../../domain/kernel/read-event.ts";
import type { FormatMoment } from "../ui/format.ts";
import { actorName } from "./alert-model.ts";

const SAYS = {
  "alert.pending": "Its condition began to hold",
  "alert.fired": "Fired",
  "alert.reopened": "Fired again: the condition came back",
  "alert.withdrawn": "The condition ended before it fired",
  "alert.acknowledged": "Acknowledged",
  "alert.unacknowledged": "Fires again",
  "alert.snoozed": "Snoozed",
  "alert.woken": "Woke and fires again",
  "alert.resolved": "Resolved",
  "alert.commented": "Commented",
  "alert.escalated": "Escalated",
  "alert.escalation_changed": "Its rule has another escalation",
  "alert.folded": "Not notified on its own: its cause is open",
  "alert.unfolded": "Notified now: its cause is over",
  "alert.regraded": "Its rule has another severity",
  "alert.unsilenced": "Snooze taken back",
} as const satisfies { [T in Exclude<keyof typeof alertEvents, "alert.measured">]: string };

/**
 * The events that an alert's history is made of: all but new measurements, of which there are many.
 */
export const HISTORY_TYPES: readonly string[] = Object.keys(SAYS);

/** What an event of an alert says: what happened, by whom, and in whose words. */
export function historyText(
  event: Pick<LogEvent, "type" | "actor" | "payload">,
  moment: FormatMoment,
): {
  what: string;
  by: string | null;
  words: string | null;
} {
  const { type, actor, payload } = event;
  const what = ownOf<string>(SAYS, type) ?? type.replace("alert.", "").replaceAll("_", " ");
  const person = typeof payload.by === "string" ? payload.by : actor;
  const words = [payload.text, payload.note, payload.reason].find((one) => typeof one === "string" && one !== "");
  return {
    what: isEvent(event, "alert.regraded")
      ? `${what}: ${event.payload.from} → ${event.payload.severity}`
      : isEvent(event, "alert.snoozed")
        ? `${what} ${lengthOf(event.payload, moment)}`
        : what,
    by: /^(user|key|agent):/.test(person) ? actorName(person) : null,
    words: typeof words === "string" ? words : null,
  };
}

function lengthOf({ mode, until }: Payloads["alert.snoozed"], moment: FormatMoment): string {
  const end = typeof until === "string" ? `until ${moment(until, "minute")}` : null;
  if (mode === "worse") return end ? `until it gets worse, at the latest ${end}` : "until it gets worse";
  return end ?? "until it is resolved";
}
