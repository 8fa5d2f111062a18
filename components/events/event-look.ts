import type { LogEvent } from "../../domain/kernel/event.ts";
import { pathTo } from "../../domain/kernel/links.ts";
import { jsonBeginning, oneLine, shortened } from "../../domain/kernel/text.ts";
import type { Tone } from "../ui/status.ts";

/** Groups of types that can be chosen by a click. */
export const TYPE_GROUPS = [
  { pattern: "run.*", label: "Runs" },
  { pattern: "job.*", label: "Jobs" },
  { pattern: "workstream.*", label: "Workstreams" },
  { pattern: "agent.*", label: "Agents" },
  { pattern: "breaker.*", label: "Breakers" },
  { pattern: "routing.*", label: "Routing" },
  { pattern: "alert.*", label: "Alerts" },
  { pattern: "x.*", label: "Own" },
] as const;

const BY_VERB: ReadonlyMap<string, Tone> = new Map(
  Object.entries<Tone>({
    failed: "failed",
    attempt_failed: "failed",
    opened: "failed",
    fired: "failed",
    reopened: "failed",
    timed_out: "timed-out",
    forced_open: "timed-out",
    lease_expired: "timed-out",
    completed: "completed",
    closed: "completed",
    resolved: "completed",
    started: "running",
    claimed: "running",
    half_opened: "blocked",
    retried: "blocked",
    drained: "blocked",
    acknowledged: "review",
    cancelled: "cancelled",
    disabled: "cancelled",
  }),
);

const BY_STATUS: ReadonlyMap<string, Tone> = new Map(
  Object.entries<Tone>({
    running: "running",
    completed: "completed",
    done: "completed",
    failed: "failed",
    timed_out: "timed-out",
    cancelled: "cancelled",
    blocked: "blocked",
    review: "review",
  }),
);

/** The colour of an event: of where it leads, where it leads somewhere; null for what is neither good nor bad. */
export function toneOf(event: Pick<LogEvent, "type" | "payload">): Tone | null {
  const verb = event.type.slice(event.type.lastIndexOf(".") + 1);
  if (verb === "transitioned" && typeof event.payload.to === "string") return BY_STATUS.get(event.payload.to) ?? null;
  return BY_VERB.get(verb) ?? null;
}

/** Where the subject has its page; jobs are shown on their run's. */
export const subjectPath = ({ subject, runId }: Pick<LogEvent, "subject" | "runId">): string | null =>
  pathTo(subject, runId);

const PREVIEW = 320;
/** How much of a payload finding looks through. */
const FOUND_IN = 20_000;
/** What a reader looks for first stands first. */
const FIRST = [
  "from",
  "to",
  "status",
  "state",
  "reason",
  "cause",
  "error",
  "exitCode",
  "durationMs",
  "attempt",
  "agentKey",
];
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
  for (const name of FIRST) if (Object.hasOwn(payload, name)) yield name;
  for (const name in payload) if (Object.hasOwn(payload, name) && !FIRST.includes(name)) yield name;
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
