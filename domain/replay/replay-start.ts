import { NO_JOBS } from "../execution/contract.ts";
import { emptyState } from "../execution/state/fold.ts";
import type { LogEvent } from "../kernel/event.ts";
import { isEvent } from "../kernel/read-event.ts";
import type { RunStatus, WorkstreamFollow, WorkstreamStatus } from "../kernel/statuses.ts";
import type { Wire } from "../kernel/wire.ts";
import { emptyView, type ReplayView } from "./replay.ts";

/**
 * Where the fold of a log begins. A log that has its beginning begins with nothing. One that has
 * lost it to retention begins with what can be known all the same: the columns of the run and of
 * its workstreams that never change, and the statuses that their first moves after it came from.
 * Jobs are known from the first event that is left of them; the execution state is not known.
 */
export function startOf(
  events: readonly LogEvent[],
  now: { run: Wire<"run">; workstreams: readonly Wire<"workstream">[] },
): ReplayView {
  const [first] = events;
  if (!first || first.type === "run.created") return emptyView();
  const fromOf = firstMoves(events);
  const followed = firstFollows(events);
  const before = { updatedAt: first.at, seq: first.seq - 1, reason: null, jobCounts: NO_JOBS };
  const run: Wire<"run"> = {
    ...now.run,
    ...before,
    ...emptyState(),
    status: firstRunMove(events) ?? now.run.status,
    error: null,
    startedAt: earlier(now.run.startedAt, first.at),
    finishedAt: earlier(now.run.finishedAt, first.at),
  };
  const created = new Set(events.filter(({ type }) => type === "workstream.created").map(({ subject }) => subject.id));
  const workstreams = now.workstreams
    .filter(({ id }) => !created.has(id))
    .map((row): [string, Wire<"workstream">] => {
      const status = fromOf.get(row.id) ?? row.status;
      const follow = followed.get(row.id) ?? row.follow;
      const startedAt = earlier(row.startedAt, first.at);
      const enteredAt = earlier(row.enteredAt, first.at) ?? row.createdAt;
      return [row.id, { ...row, ...before, status, follow, startedAt, enteredAt }];
    });
  return { ...emptyView(), run, workstreams: new Map(workstreams) };
}

/** The status that the run's first move came from. */
function firstRunMove(events: readonly LogEvent[]): RunStatus | undefined {
  for (const event of events) if (isEvent(event, "run.transitioned", "run.retried")) return event.payload.from;
  return undefined;
}

/** The status that each workstream's first move came from. */
function firstMoves(events: readonly LogEvent[]): Map<string, WorkstreamStatus> {
  const from = new Map<string, WorkstreamStatus>();
  for (const event of events) {
    if (!isEvent(event, "workstream.transitioned")) continue;
    const { subject, payload } = event;
    if (!from.has(subject.id)) from.set(subject.id, payload.from);
  }
  return from;
}

/**
 * What moved each workstream before the first event that changed it: of one that was put somewhere
 * it is likely, of the others certain.
 */
function firstFollows(events: readonly LogEvent[]): Map<string, WorkstreamFollow> {
  const before = new Map<string, WorkstreamFollow>();
  for (const event of events) {
    if (!isEvent(event, "workstream.transitioned", "workstream.followed")) continue;
    const { type, subject } = event;
    if (!before.has(subject.id)) before.set(subject.id, type === "workstream.followed" ? "manual" : "jobs");
  }
  return before;
}

const earlier = (at: string | null, than: string): string | null => (at !== null && at < than ? at : null);
