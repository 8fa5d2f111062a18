import type { DependencyFacts, GateFacts } from "../../../../domain/execution/timeline.ts";
import type { AttemptStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";

/**
 * A job's time as consecutive segments without overlap:
 *
 * - `dependencies`: from its creation (or its retry) until the last of the jobs it depends on has
 *   completed;
 * - `approval`: from then until its approval was given, or from an escalation until its approval
 *   was given;
 * - `scheduled`: not due before its `runAt`;
 * - `queue`: due, and not claimed by an agent yet;
 * - `run`: one attempt, with its status;
 * - `gap`: between two attempts: the backoff, or the time until a manual retry;
 * - `unloaded`: earlier attempts that are not loaded.
 *
 * An end of `null` means "until now". Times are milliseconds since 1970.
 */
export type SegmentKind = "dependencies" | "approval" | "scheduled" | "queue" | "run" | "gap" | "unloaded";

/** What the segments need besides the job's own rows; absent: not known. */
export interface SegmentContext {
  isTrial?: (attemptId: string) => boolean;
  /** The jobs it depends on, by id. */
  dependency?: (jobId: string) => Pick<DependencyFacts, "status" | "finishedAt"> | undefined;
  /** Its approvals, the oldest first. */
  approvals?: readonly GateFacts[];
}

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

/** The segments of one job. `attempts` are its attempts by number. */
export function segmentsOf(
  job: Readonly<Wire<"job">>,
  attempts: readonly Wire<"attempt">[],
  context: SegmentContext = {},
): Segment[] {
  const segments: Segment[] = [];
  let at: number = ms(job.createdAt);
  const plain = (kind: SegmentKind, end: number | null) => {
    const before = segments.at(-1);
    if (end !== null && end <= at) return;
    if (before?.kind === kind && before.end === at) before.end = end;
    else segments.push({ kind, start: at, end, attempt: null, status: null, trial: false });
    if (end !== null) at = end;
  };
  const tried = () => segments.some((segment) => segment.kind === "run");
  /** The time until it was due, divided by what it waited for. */
  const lead = (end: number | null, due: number | null) => {
    for (const { kind, until } of waits(job, at, end, tried(), context)) plain(kind, until);
    plain(tried() ? "gap" : "scheduled", due);
  };

  for (const attempt of withOpenOne(job, attempts)) {
    const queued = ms(attempt.queuedAt);
    if (!tried() && attempt.number > 1) plain("unloaded", queued);
    else lead(queued, queued);
    plain("queue", ms(attempt.startedAt));
    const end = attempt.finishedAt === null ? null : Math.max(at, ms(attempt.finishedAt));
    segments.push({
      kind: "run",
      start: at,
      end,
      attempt: attempt.number,
      status: attempt.status,
      trial: context.isTrial?.(attempt.id) ?? false,
    });
    if (end === null) return segments;
    at = end;
  }

  const over = job.finishedAt === null ? null : ms(job.finishedAt);
  if (over !== null && over <= at) return segments;
  if (job.queuedAt === null) {
    lead(over, over ?? at);
    // It waits for nothing any more, or for something unknown here.
    if (over === null && segments.at(-1)?.end !== null) plain("dependencies", null);
    return segments;
  }
  const queued = ms(job.queuedAt);
  const due = Math.max(queued, ms(job.runAt));
  const until = (time: number) => (over === null ? time : Math.min(time, over));
  lead(until(queued), until(due));
  if (over === null || over > at) plain("queue", over);
  return segments;
}

/**
 * What a job waited for between `from` and `end` (null: it still waits) before it could be queued,
 * in order: the jobs it depends on until the last of them has completed, then its approval until
 * that is decided. For a job that has run, only approvals requested since then count, and jobs that
 * were not done then.
 */
function waits(
  job: Readonly<Wire<"job">>,
  from: number,
  end: number | null,
  tried: boolean,
  { dependency, approvals = [] }: SegmentContext,
): { kind: SegmentKind; until: number | null }[] {
  const limit = end ?? Number.POSITIVE_INFINITY;
  const gates = approvals.filter(
    (one) => isGate(job, one) && ms(one.createdAt) < limit && (!tried || ms(one.createdAt) >= from),
  );
  const settled = gates.reduce((latest, one) => Math.max(latest, settledAt(one)), 0);
  const met = dependenciesMet(job, limit, tried, dependency, gates.length > 0 ? settled : null);
  const found: { kind: SegmentKind; until: number | null }[] = [];
  const upTo = (time: number) => (time >= limit ? end : time);
  if (met > from) found.push({ kind: "dependencies", until: upTo(met) });
  if (settled > Math.max(from, met) && met < limit) {
    const asked = Math.min(...gates.map((one) => ms(one.createdAt)));
    if (tried && asked > Math.max(from, met)) found.push({ kind: "gap", until: asked });
    found.push({ kind: "approval", until: upTo(settled) });
  }
  return found;
}

const settledAt = ({ status, decidedAt }: GateFacts): number =>
  status === "pending" || decidedAt === null ? Number.POSITIVE_INFINITY : ms(decidedAt);

/** Whether the job waits for this approval; false for one that is only about the job. */
const isGate = (job: Readonly<Wire<"job">>, { approvalId, createdAt }: GateFacts): boolean =>
  approvalId === job.approvalId || createdAt === job.createdAt || createdAt === job.escalatedAt;

/**
 * When the dependencies of a job that was queued at most once were done; 0 when its approval came
 * last, infinite when not known.
 */
function releasedAt(job: Readonly<Wire<"job">>, settled: number | null): number {
  if (job.queuedAt === null || job.attempt > 1) return Number.POSITIVE_INFINITY;
  const released = ms(job.queuedAt);
  return settled !== null && settled >= released ? 0 : released;
}

/**
 * When the last of the jobs it depends on completed; `limit` while one has not. For unknown jobs:
 * when the job was released, unless its approval released it.
 */
function dependenciesMet(
  job: Readonly<Wire<"job">>,
  limit: number,
  tried: boolean,
  dependency: SegmentContext["dependency"],
  settled: number | null,
): number {
  let met = 0;
  for (const id of job.dependsOn) {
    const known = dependency?.(id);
    if (known?.status === "completed" && known.finishedAt !== null) met = Math.max(met, ms(known.finishedAt));
    else if (known) return limit;
    else if (!tried) return Math.min(limit, releasedAt(job, settled));
  }
  return met;
}

type Tried = Pick<Wire<"attempt">, "id" | "number" | "status" | "queuedAt" | "startedAt" | "finishedAt">;

/** A job's row can arrive a frame before its newest attempt: the job's row then has the start. */
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

/** Total time of the segments of one kind, ms; an open one ends at `now`. */
export function timeIn(segments: readonly Segment[], kind: SegmentKind, now: number): number {
  let total = 0;
  for (const segment of segments) {
    if (segment.kind === kind) total += Math.max(0, (segment.end ?? now) - segment.start);
  }
  return total;
}
