import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { History } from "../history.ts";

/**
 * The history without what clean-up has taken: all that the log has of a run before it says that
 * the run was removed. What is left must agree with the rows, so a run that left by halves, or that
 * the log does not know to have left, is found.
 */
export function withoutRemoved(history: History): History {
  const removedAt = removals(history.events);
  const events = history.events.filter(({ runId, seq }) => seq > (removedAt.get(runId ?? "") ?? 0));
  return { ...history, events };
}

/** Jobs whose run has been removed. */
export function removedJobs({ events }: Pick<History, "events">): Set<string> {
  const removedAt = removals(events);
  const of = events.filter(
    ({ subject, runId, seq }) => subject.kind === "job" && seq < (removedAt.get(runId ?? "") ?? 0),
  );
  return new Set(of.map(({ subject }) => subject.id));
}

function removals(events: readonly LogEvent[]): Map<string, number> {
  return new Map(events.flatMap(({ type, subject, seq }) => (type === "run.removed" ? [[subject.id, seq]] : [])));
}
