import type { LogEvent } from "../../domain/kernel/event.ts";
import { pathTo } from "../../domain/kernel/links.ts";
import type { Noun, Verb } from "../../domain/kernel/read-event.ts";
import type { Tone } from "../ui/status.ts";

/** Names of the groups of types; types of one name are chosen together. */
const GROUP_OF = {
  run: "Runs",
  context: "State",
  token: "State",
  scope: "State",
  step: "State",
  metadata: "State",
  workstream: "Workstreams",
  job: "Jobs",
  queue: "Queues",
  approval: "Approvals",
  session: "Sessions",
  task: "Tasks",
  agent: "Agents",
  statistics: "Agents",
  breaker: "Breakers",
  routing: "Routing",
  alert: "Alerts",
  rule: "Rules",
  channel: "Channels",
  delivery: "Channels",
  maintenance: "Clean-up",
  log: "Clean-up",
  x: "Own",
} as const satisfies { [N in Noun | "x"]: string };

/** Groups of types that can be chosen by a click. */
export const TYPE_GROUPS: readonly { label: string; patterns: readonly string[] }[] = [
  ...new Set<string>(Object.values(GROUP_OF)),
].map((label) => ({
  label,
  patterns: Object.entries(GROUP_OF).flatMap(([noun, group]) => (group === label ? [`${noun}.*`] : [])),
}));

const BY_VERB: ReadonlyMap<string, Tone> = new Map(
  Object.entries<Tone>({
    failed: "failed",
    attempt_failed: "failed",
    opened: "failed",
    fired: "failed",
    reopened: "failed",
    timed_out: "timed-out",
    forced_open: "timed-out",
    completed: "completed",
    closed: "completed",
    resolved: "completed",
    started: "running",
    half_opened: "blocked",
    retried: "blocked",
    drained: "blocked",
    acknowledged: "review",
    cancelled: "cancelled",
    disabled: "cancelled",
  } satisfies { [V in Verb]?: Tone }),
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

/**
 * The colour of an event: that of the status it changes to; null when it is neither good nor bad.
 */
export function toneOf(event: Pick<LogEvent, "type" | "payload">): Tone | null {
  const verb = event.type.slice(event.type.lastIndexOf(".") + 1);
  if (verb === "transitioned" && typeof event.payload.to === "string") return BY_STATUS.get(event.payload.to) ?? null;
  return BY_VERB.get(verb) ?? null;
}

/** The page of the subject; a job is shown on its run's. */
export const subjectPath = ({ subject, runId }: Pick<LogEvent, "subject" | "runId">): string | null =>
  pathTo(subject, runId);
