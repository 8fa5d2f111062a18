import { parseSpan, spanWords } from "../../ui/span.ts";

/** Who is notified of a rule's alerts next, as the form holds it. */
export interface StepDraft {
  /** Keeps its field while steps move. */
  key: string;
  /** Time after the step before. */
  after: string;
  channels: string[];
}

interface Notified {
  channels: readonly string[];
  escalation: readonly { after: string; channels: readonly string[] }[];
}

/** `pager, ops and night` */
function listWords(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "nobody";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function afterWords(after: string): string {
  const ms = parseSpan(after);
  return ms === null ? "…" : spanWords(ms);
}

/** Who is notified when, in one sentence. `nameOf` gives a channel's name. */
export function notifyWords({ channels, escalation }: Notified, nameOf: (channelId: string) => string): string {
  const steps = escalation.filter((step) => step.channels.length > 0);
  if (channels.length === 0 && steps.length === 0) return "Notifies nobody: its alerts are in the inbox only.";
  const names = (ids: readonly string[]) => listWords(ids.map(nameOf));
  const later = steps.map((step, index) =>
    index === 0
      ? `${names(step.channels)} after ${afterWords(step.after)} if nobody acknowledges`
      : `${names(step.channels)} ${afterWords(step.after)} later`,
  );
  const first = channels.length > 0 ? `Notifies ${names(channels)} at once` : "Notifies nobody at once";
  return `${[first, ...later].join(", then ")}.`;
}

/**
 * When a step is notified at the latest, counted from the start: `30 minutes after it fires`;
 * undefined where a time cannot be read.
 */
export function sinceFiring(steps: readonly StepDraft[], index: number): string | undefined {
  let total = 0;
  for (const { after } of steps.slice(0, index + 1)) {
    const ms = parseSpan(after);
    if (ms === null) return undefined;
    total += ms;
  }
  return `${spanWords(total)} after it fires`;
}

let made = 0;
/** A step with a key of its own. */
export const newStep = (after = "15 minutes", channels: string[] = []): StepDraft => ({
  key: `step-${++made}`,
  after,
  channels,
});

/** The steps with one of them moved by one place; those at the ends stay. */
export function movedStep(steps: readonly StepDraft[], index: number, by: -1 | 1): StepDraft[] {
  const next = [...steps];
  const other = index + by;
  const [a, b] = [next[index], next[other]];
  if (a && b) {
    next[index] = b;
    next[other] = a;
  }
  return next;
}
