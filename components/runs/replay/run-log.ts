import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";

/**
 * Nouns whose events the replay reads, and approvals, for the waits of jobs. Output of jobs and
 * notes of the orchestrator change no row and can be a hundred times as much.
 */
const NOUNS = ["run", "workstream", "job", "context", "token", "scope", "step", "metadata", "approval"] as const;

const PAGE = 1000;

/**
 * The path of a page of a run's log after a position, with the events that the fold reads; null:
 * from its first event.
 */
export const logPath = (runId: string, after: number | null) =>
  pathTo(eventEndpoints.ofRun, {
    id: runId,
    type: NOUNS.map((noun) => `${noun}.*`),
    limit: PAGE,
    ...(after !== null && { after }),
  });

const PREFIXES = NOUNS.map((noun) => `${noun}.`);

/** Whether the fold reads an event. */
export const isFolded = ({ type }: Pick<LogEvent, "type">): boolean =>
  PREFIXES.some((prefix) => type.startsWith(prefix));

/** Merges both in order of position, without repeats. The same list when nothing is new. */
export function append(known: readonly LogEvent[], more: readonly LogEvent[]): readonly LogEvent[] {
  const last = known.at(-1)?.seq ?? 0;
  const fresh = more.filter((event) => event.seq > last && isFolded(event));
  return fresh.length === 0 ? known : [...known, ...fresh];
}

/** How far `at` is from a log's first position to its last, 0–1. */
export function share(first: number, at: number, last: number): number {
  if (last <= first) return 1;
  return Math.max(0, Math.min(1, (at - first) / (last - first)));
}
