import type { EventType } from "../../domain/events.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { FieldName } from "../../domain/kernel/read-event.ts";
import { jsonBeginning, oneLine, shortened } from "../../domain/kernel/text.ts";
import { OUTPUT_EVENT } from "../ui/output.ts";

/**
 * An event on one line: in full, with the name of each field (`previewOf`), or in brief (`eventSummary`). Both take the fields in one order.
 */

/** What a reader looks for first stands first. `message` is what many orchestrators call it in their own events. */
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

/** Types that come often and say little by themselves: left out unless asked for. */
export const QUIET_TYPES: ReadonlySet<string> = new Set<EventType | typeof OUTPUT_EVENT>([
  OUTPUT_EVENT,
  "job.heartbeat_received",
  "workstream.progressed",
]);

const PREVIEW = 320;
/** How much of a payload finding looks through. */
const FOUND_IN = 20_000;
const LINE_END = " ⏎ ";
const previews = new WeakMap<LogEvent, string>();

/** The payload in one line: `to: failed  reason: exit code 3`; without what is null or stands in the line already, cut when long. */
export function previewOf(event: LogEvent): string {
  const known = previews.get(event);
  if (known !== undefined) return known;
  const preview = lineOf(event, PREVIEW);
  previews.set(event, preview);
  return preview;
}

/** The payload in one line of at most `max` characters. What lies behind them is not even looked at. */
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

/** The names in a payload, those that matter first; one by one, as there may be many. */
function* namesOf(payload: LogEvent["payload"]): Generator<string> {
  for (const name of RANKED) if (Object.hasOwn(payload, name)) yield name;
  for (const name in payload) if (Object.hasOwn(payload, name) && !isRanked(name)) yield name;
}

const headOf = ({ seq, type, actor, subject }: LogEvent): string =>
  `${seq} ${type} ${actor} ${subject.kind}:${subject.id}`;

/** What finding looks through, in lower case; kept with the event, as it is asked for with each letter that is typed. */
const haystacks = new WeakMap<LogEvent, string>();

/** Whether the text stands in the event's line, cut or not (its first 20,000 characters): what finding finds. */
export function contains(event: LogEvent, text: string): boolean {
  let haystack = haystacks.get(event);
  if (haystack === undefined) {
    haystack = `${headOf(event)} ${lineOf(event, FOUND_IN)}`.toLowerCase();
    haystacks.set(event, haystack);
  }
  return haystack.includes(text.toLowerCase());
}

/** Whether the text stands in the part of the line that is cut off: it shows only when the event is open. */
export function isCutOff(event: LogEvent, text: string): boolean {
  return contains(event, text) && !`${headOf(event)} ${previewOf(event)}`.toLowerCase().includes(text.toLowerCase());
}

/** Most counts that are written out by name. */
const MOST_COUNTS = 20;

function inLine(value: unknown, max: number): string {
  if (typeof value === "string") return oneLine(value, max, LINE_END);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if ("message" in value && typeof value.message === "string") return oneLine(value.message, max, LINE_END);
    const counts = countsOf(value);
    // Counts by name: those of nothing say nothing.
    if (counts) return counts.map(([name, count]) => `${count} ${oneLine(name, max)}`).join(", ") || "none";
  }
  return oneLine(jsonBeginning(value, max), max, LINE_END);
}

/** The counts that an object holds by name, without those of nothing; null for one that holds anything else, nothing or very much. */
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

/** What the brief line has: the cause is in the reason's words, an error stands last. */
const BRIEF = RANKED.filter((name) => name !== "cause" && name !== "error");
const MOST = 4;
const LONGEST_PART = 200;

/** What an event says, on one line: `running → failed · exit 1 · the tests failed`. */
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
