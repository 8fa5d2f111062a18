import type { LogEvent } from "../../domain/event.ts";
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

const BY_VERB: { readonly [verb in string]?: Tone } = {
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
};

const BY_STATUS: { readonly [status in string]?: Tone } = {
  running: "running",
  completed: "completed",
  done: "completed",
  failed: "failed",
  timed_out: "timed-out",
  cancelled: "cancelled",
  blocked: "blocked",
  review: "review",
};

/** The colour of an event: of where it leads, where it leads somewhere; null for what is neither good nor bad. */
export function toneOf(event: Pick<LogEvent, "type" | "payload">): Tone | null {
  const verb = event.type.slice(event.type.lastIndexOf(".") + 1);
  if (verb === "transitioned" && typeof event.payload.to === "string") return BY_STATUS[event.payload.to] ?? null;
  return BY_VERB[verb] ?? null;
}

/** Where the subject has its page; jobs are shown on their run's. */
export function subjectPath(event: Pick<LogEvent, "subject" | "runId">): string | null {
  const { kind, id } = event.subject;
  const name = encodeURIComponent(id);
  switch (kind) {
    case "run":
      return `/runs/${name}`;
    case "job":
      return event.runId === undefined ? null : `/runs/${encodeURIComponent(event.runId)}?job=${name}`;
    case "workstream":
      return event.runId === undefined ? null : `/runs/${encodeURIComponent(event.runId)}?tab=workstreams`;
    case "agent":
      return `/agents/${name}`;
    case "alert":
      return `/alerts#${name}`;
    default:
      return null;
  }
}

const PREVIEW = 320;
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
const previews = new WeakMap<LogEvent, string>();

/** The payload in one line: `to: failed  reason: exit code 3`; without what is null or stands in the line already, cut when long. */
export function previewOf(event: LogEvent): string {
  const known = previews.get(event);
  if (known !== undefined) return known;
  const line = lineOf(event);
  const preview = line.length > PREVIEW ? `${line.slice(0, PREVIEW)}…` : line;
  previews.set(event, preview);
  return preview;
}

function lineOf(event: LogEvent): string {
  const parts = Object.entries(event.payload)
    .filter(([, value]) => value !== null && value !== event.subject.id && value !== event.runId)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => `${name}: ${inLine(value)}`);
  return parts.join("  ").replaceAll(/\s*\n\s*/g, " ⏎ ");
}

const headOf = ({ seq, type, actor, subject }: LogEvent): string =>
  `${seq} ${type} ${actor} ${subject.kind}:${subject.id}`;

/** What finding looks through, in lower case; kept with the event, as it is asked for with each letter that is typed. */
const haystacks = new WeakMap<LogEvent, string>();

/** Whether the text stands in the event's line, cut or not: what finding finds. */
export function contains(event: LogEvent, text: string): boolean {
  let haystack = haystacks.get(event);
  if (haystack === undefined) {
    haystack = `${headOf(event)} ${lineOf(event)}`.toLowerCase();
    haystacks.set(event, haystack);
  }
  return haystack.includes(text.toLowerCase());
}

/** Whether the text stands in the part of the line that is cut off: it shows only when the event is open. */
export function isCutOff(event: LogEvent, text: string): boolean {
  return contains(event, text) && !`${headOf(event)} ${previewOf(event)}`.toLowerCase().includes(text.toLowerCase());
}

function rank(name: string): number {
  const at = FIRST.indexOf(name);
  return at === -1 ? FIRST.length : at;
}

function inLine(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if ("message" in value && typeof value.message === "string") return value.message;
    // Counts by name: those of nothing say nothing.
    const counted = entries.filter(([, count]) => count !== 0).map(([name, count]) => `${count} ${name}`);
    if (entries.length > 0 && entries.every(([, count]) => typeof count === "number"))
      return counted.join(", ") || "none";
  }
  return JSON.stringify(value);
}
