import type { LogEvent } from "../../../domain/kernel/event.ts";

/** Nouns whose events the fold reads, and approvals, which tell what jobs waited for. A job's output and the orchestrator's own notes change no row, and can be a hundred times as much. */
const NOUNS = ["run", "workstream", "job", "context", "token", "scope", "step", "metadata", "approval"] as const;

const PAGE = 1000;

/** The path of a page of a run's log, as far as the fold reads it, after a position; null: from where it is kept on. */
export function logPath(runId: string, after: number | null): string {
  const types = NOUNS.map((noun) => `${noun}.*`).join(",");
  return `/runs/${encodeURIComponent(runId)}/events?type=${types}&limit=${PAGE}${after === null ? "" : `&after=${after}`}`;
}

const PREFIXES = NOUNS.map((noun) => `${noun}.`);

/** Whether the fold reads an event. */
export const isFolded = ({ type }: Pick<LogEvent, "type">): boolean =>
  PREFIXES.some((prefix) => type.startsWith(prefix));

/** Both in order of position, without repeats. The same list when nothing is new. */
export function append(known: readonly LogEvent[], more: readonly LogEvent[]): readonly LogEvent[] {
  const last = known.at(-1)?.seq ?? 0;
  const fresh = more.filter((event) => event.seq > last && isFolded(event));
  return fresh.length === 0 ? known : [...known, ...fresh];
}

/** How much of the way from a log's first position to its last is behind `at`, 0–1. */
export function share(first: number, at: number, last: number): number {
  if (last <= first) return 1;
  return Math.max(0, Math.min(1, (at - first) / (last - first)));
}
