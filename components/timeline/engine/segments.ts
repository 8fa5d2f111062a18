import type { AttemptStatus } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";

/**
 * What a job did with its time, as a row of segments that follow one another without overlap:
 *
 * - `dependencies`: from its creation (or its retry) until the jobs it depends on have completed;
 * - `scheduled`: it may not start before its `runAt`;
 * - `queue`: it could start, and no agent has taken it;
 * - `run`: one attempt, from start to end, with that attempt's status;
 * - `gap`: between two tries, its backoff or the time until somebody retried it.
 *
 * An end of `null` means "until now". Times are milliseconds since 1970.
 */
export type SegmentKind = "dependencies" | "scheduled" | "queue" | "run" | "gap";

export interface Segment {
  kind: SegmentKind;
  start: number;
  end: number | null;
  /** Number and status of the attempt, for `run` segments. */
  attempt: number | null;
  status: AttemptStatus | null;
  /** The attempt was let through by a half-open breaker, to try the agent out. */
  trial: boolean;
}

const ms = (at: string): number => Date.parse(at);

/** The segments of one job. `attempts` are its attempts by number; `isTrial` tells whether an attempt id was a trial. */
export function segmentsOf(
  job: Readonly<Wire<"job">>,
  attempts: readonly Wire<"attempt">[],
  isTrial: (attemptId: string) => boolean = () => false,
): Segment[] {
  const segments: Segment[] = [];
  const first = ms(job.createdAt);
  let at: number = first;
  const plain = (kind: SegmentKind, end: number | null) => {
    if (end === null || end > at) segments.push({ kind, start: at, end, attempt: null, status: null, trial: false });
    if (end !== null) at = Math.max(at, end);
  };
  const lead = (): SegmentKind => {
    if (segments.some((segment) => segment.kind === "run")) return "gap";
    return job.dependsOn.length > 0 ? "dependencies" : "scheduled";
  };

  for (const attempt of withOpenOne(job, attempts)) {
    plain(lead(), ms(attempt.queuedAt));
    plain("queue", ms(attempt.startedAt));
    const end = attempt.finishedAt === null ? null : Math.max(at, ms(attempt.finishedAt));
    segments.push({
      kind: "run",
      start: at,
      end,
      attempt: attempt.number,
      status: attempt.status,
      trial: isTrial(attempt.id),
    });
    if (end === null) return segments;
    at = end;
  }

  const over = job.finishedAt === null ? null : ms(job.finishedAt);
  if (over !== null && over <= at) return segments;
  if (job.queuedAt === null) {
    plain("dependencies", over);
    return segments;
  }
  const queued = ms(job.queuedAt);
  const due = Math.max(queued, ms(job.runAt));
  const until = (time: number) => (over === null ? time : Math.min(time, over));
  if (lead() === "dependencies") plain("dependencies", until(queued));
  plain(lead() === "gap" ? "gap" : "scheduled", until(due));
  if (over === null || over > at) plain("queue", over);
  return segments;
}

type Tried = Pick<Wire<"attempt">, "id" | "number" | "status" | "queuedAt" | "startedAt" | "finishedAt">;

/** A job's row can arrive a frame before its newest attempt: the job itself tells then when that began. */
function withOpenOne(job: Readonly<Wire<"job">>, attempts: readonly Wire<"attempt">[]): readonly Tried[] {
  const newest = attempts.at(-1)?.number ?? 0;
  if (job.status !== "running" || job.startedAt === null || newest >= job.attempt) return attempts;
  const queued = job.queuedAt ?? job.createdAt;
  const queuedAt = ms(job.runAt) > ms(queued) ? job.runAt : queued;
  const id = `${job.id}#${job.attempt}`;
  return [
    ...attempts,
    { id, number: job.attempt, status: "running", queuedAt, startedAt: job.startedAt, finishedAt: null },
  ];
}

/** How long the segments of one kind took together, in ms, `now` closing the open one. */
export function timeIn(segments: readonly Segment[], kind: SegmentKind, now: number): number {
  let total = 0;
  for (const segment of segments) {
    if (segment.kind === kind) total += Math.max(0, (segment.end ?? now) - segment.start);
  }
  return total;
}
