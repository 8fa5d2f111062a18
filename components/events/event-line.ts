import type { EventType } from "../../domain/events.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { FieldName } from "../../domain/kernel/read-event.ts";
import { jsonBeginning, oneLine, shortened } from "../../domain/kernel/text.ts";
import { OUTPUT_EVENT } from "../ui/output.ts";

/**
 * An event on one line: in full, with the name of each field (`previewOf`), or in brief
 * (`eventSummary`). Both take the fields in one order.
 */

/** The most important fields come first. Many orchestrators use `message` in their own events. */
const RANKED = [
  "from",
  "to",
  "attemptStatus",
  "status",
  "state",
  "agentKey",
  "attempt",
  "exitCode",
  "durationMs",
  "reason",
  "cause",
  "error",
  "message",
  "title",
  "text",
] as const satisfies readonly (FieldName | "message")[];
const isRanked = (name: string): boolean => (RANKED as readonly string[]).includes(name);

/** Frequent types with little information: hidden by default. */
export const QUIET_TYPES: ReadonlySet<string> = new Set<EventType | typeof OUTPUT_EVENT>([
  OUTPUT_EVENT,
  "job.heartbeat_received",
  "workstream.progressed",
]);

const PREVIEW = 320;
/** How much of a payload is searched, characters. */
const FOUND_IN = 20_000;
const LINE_END = " ⏎ ";
const previews = new WeakMap<LogEvent, string>();

/**
 * The payload in one line: `to: failed  reason: exit code 3`; without null and repeated values, cut
 * when long.
 */
export function previewOf(event: LogEvent): string {
  const known = previews.get(event);
  if (known !== undefined) return known;
  const preview = lineOf(event, PREVIEW);
  previews.set(event, preview);
  return preview;
}

/** The payload in one line of at most `max` characters. The rest is not read. */
function lineOf(event: LogEvent, max: number): string {
  const { payload, subject, runId } = event;
  let line = "";
  for (const name of namesOf(payload)) {
    const value = payload[name];
    if (value === null || value === subject.id || value === runId) continue;
    const part = `${oneLine(name, max)}: ${inLine(value, max)}`;
    line = line === "" ? part : `${line}  ${part}`;
    if (line.length > max) break;
  }
  return shortened(line, max + 1);
}

/** The field names of a payload, the most important first; lazily, as there may be many. */
function* namesOf(payload: LogEvent["payload"]): Generator<string> {
  for (const name of RANKED) if (Object.hasOwn(payload, name)) yield name;
  for (const name in payload) if (Object.hasOwn(payload, name) && !isRanked(name)) yield name;
}

const headOf = ({ seq, type, actor, subject }: LogEvent): string =>
  `${seq} ${type} ${actor} ${subject.kind}:${subject.id}`;

/** The searched text of an event, in lower case; cached, as every key press needs it. */
const haystacks = new WeakMap<LogEvent, string>();

/** Whether the search finds the text in the event's full line (its first 20,000 characters). */
export function contains(event: LogEvent, text: string): boolean {
  let haystack = haystacks.get(event);
  if (haystack === undefined) {
    haystack = `${headOf(event)} ${lineOf(event, FOUND_IN)}`.toLowerCase();
    haystacks.set(event, haystack);
  }
  return haystack.includes(text.toLowerCase());
}

/** Whether the text is in the cut part of the line, visible only when the event is open. */
export function isCutOff(event: LogEvent, text: string): boolean {
  return contains(event, text) && !`${headOf(event)} ${previewOf(event)}`.toLowerCase().includes(text.toLowerCase());
}

/** Most counts that are listed by name. */
const MOST_COUNTS = 20;

function inLine(value: unknown, max: number): string {
  if (typeof value === "string") return oneLine(value, max, LINE_END);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if ("message" in value && typeof value.message === "string") return oneLine(value.message, max, LINE_END);
    const counts = countsOf(value);
    // Counts by name, without zeros.
    if (counts) return counts.map(([name, count]) => `${count} ${oneLine(name, max)}`).join(", ") || "none";
  }
  return oneLine(jsonBeginning(value, max), max, LINE_END);
}

/**
 * The counts by name of an object, without zeros; null when it has other values, none, or too many.
 */
function countsOf(value: object): [string, number][] | null {
  const counts: [string, number][] = [];
  let names = 0;
  for (const name in value) {
    const count = (value as { [name: string]: unknown })[name];
    names += 1;
    if (typeof count !== "number" || names > MOST_COUNTS) return null;
    if (count !== 0) counts.push([name, count]);
  }
  return names === 0 ? null : counts;
}

/** The fields of the brief line: the reason contains the cause, an error comes last. */
const BRIEF = RANKED.filter((name) => name !== "cause" && name !== "error");
const MOST = 4;
const LONGEST_PART = 200;

/** An event on one line: `running → failed · exit 1 · the tests failed`. */
export function eventSummary({ payload }: Pick<LogEvent, "payload">): string {
  const parts: string[] = [];
  const { from, to } = payload;
  if (isText(from) && isText(to)) parts.push(`${onLine(from)} → ${onLine(to)}`);
  const error = messageOf(payload.error);
  for (const name of BRIEF) {
    if (parts.length >= MOST) break;
    const value = payload[name];
    if ((name === "from" || name === "to") && parts.length > 0) continue;
    if (name === "status" && parts.length > 0) continue;
    if (name === "exitCode" && typeof value === "number") parts.push(`exit ${value}`);
    else if (name === "durationMs" && typeof value === "number") parts.push(`${Math.round(value)} ms`);
    else if (name === "attempt" && typeof value === "number") {
      if (value > 0) parts.push(`attempt ${value}`);
    } else if (isText(value)) parts.push(onLine(value));
  }
  if (isText(to) && payload.follow === "jobs") parts.splice(1, 0, "by its jobs");
  if (error) parts.push(onLine(error));
  return parts.join(" · ").replaceAll("_", " ");
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const onLine = (text: string): string => oneLine(text, LONGEST_PART);

function messageOf(error: unknown): string | null {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return isText(message) ? message : null;
}
