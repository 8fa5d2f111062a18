import { NO_JOBS } from "../execution/contract.ts";
import { emptyState, foldState } from "../execution/state/fold.ts";
import type { LogEvent } from "../kernel/event.ts";
import { type ErrorInfo, iso, ms } from "../kernel/primitives.ts";
import { type EventAbout, type EventOf, isAbout, readEvent } from "../kernel/read-event.ts";
import { isFinalRun, type JobStatus, type RunStatus } from "../kernel/statuses.ts";
import type { Wire } from "../kernel/wire.ts";
import { foldJob } from "./replay-jobs.ts";

/**
 * A run as it was at any position of its log: the events are folded back into the rows that the
 * reducers made when they happened. It runs in the browser, where a slider asks for one position
 * after another, and in tests, which hold it against the reducers themselves.
 *
 * Events of unknown types are passed over. A log whose beginning is no longer kept folds too, from
 * what `replay-start.ts` makes of it: jobs are then known from the first event that is left of
 * them.
 */
export interface ReplayView {
  /** Position of the last event that was applied; 0 before the first. */
  seq: number;
  /** Its time; null before the first. */
  at: string | null;
  /** Null before the run was created, and after it was removed. */
  run: Wire<"run"> | null;
  /** In the order in which they came to be, as the others. */
  workstreams: ReadonlyMap<string, Wire<"workstream">>;
  jobs: ReadonlyMap<string, Wire<"job">>;
  attempts: ReadonlyMap<string, Wire<"attempt">>;
}

/**
 * The run's row as long as nobody else has it: its figures change with every job's move, and then
 * in place.
 */
interface Own {
  run: Wire<"run"> | null;
}

interface Fold extends ReplayView {
  workstreams: Map<string, Wire<"workstream">>;
  jobs: Map<string, Wire<"job">>;
  attempts: Map<string, Wire<"attempt">>;
}

/** What was before the first event. */
export const emptyView = (): ReplayView => ({
  seq: 0,
  at: null,
  run: null,
  workstreams: new Map(),
  jobs: new Map(),
  attempts: new Map(),
});

/**
 * The view after one more event of the run; the view given stays as it is. For many events at once,
 * `createReplay` is far cheaper.
 */
export function applyEvent(view: ReplayView, event: LogEvent): ReplayView {
  const next = copyOf(view);
  fold(next, event, { run: null });
  return next;
}

/** A run's log, ready to be looked at anywhere. */
export interface Replay {
  /** How many events there are. */
  readonly length: number;
  /**
   * The run after the first `count` events. A row's `seq` says which event made it: rows alike in
   * it are alike.
   */
  after(count: number): ReplayView;
  /** The run at a position: after every event up to it. */
  at(seq: number): ReplayView;
  /** How many events lie at or before a position. */
  countAt(seq: number): number;
}

/**
 * Fewer checkpoints than this are kept, so that a long log of a large run does not fill the memory.
 */
const MOST_CHECKPOINTS = 24;
const MIN_BETWEEN = 250;

/**
 * Folds a run's events, in order of position, keeping checkpoints on the way: a jump costs no more
 * than the way from the nearest one.
 *
 * @param start what was before the first of them.
 */
export function createReplay(events: readonly LogEvent[], start: ReplayView = emptyView()): Replay {
  const between = Math.max(MIN_BETWEEN, Math.ceil(events.length / MOST_CHECKPOINTS));
  const checkpoints: ReplayView[] = [start];
  const last = copyOf(start);
  const own: Own = { run: null };
  events.forEach((event, index) => {
    fold(last, event, own);
    if ((index + 1) % between !== 0) return;
    checkpoints.push(copyOf(last));
    own.run = null;
  });
  const end: ReplayView = last;

  let newest: { count: number; view: ReplayView } = { count: events.length, view: end };
  const after = (asked: number): ReplayView => {
    const count = Math.max(0, Math.min(events.length, Math.trunc(asked)));
    if (count === events.length) return end;
    if (count === newest.count) return newest.view;
    const start = Math.floor(count / between);
    // Playing goes on from where it is, which may be nearer than the checkpoint.
    const near = newest.count < count && newest.count > start * between;
    const view = copyOf(near ? newest.view : (checkpoints[start] as ReplayView));
    const own: Own = { run: null };
    for (const event of events.slice(near ? newest.count : start * between, count)) fold(view, event, own);
    newest = { count, view };
    return view;
  };
  const countAt = (seq: number): number => {
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle] as LogEvent).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { length: events.length, after, countAt, at: (seq) => after(countAt(seq)) };
}

/**
 * Rows that are shared are never changed in place, so a copy of the tables is a copy of the view.
 */
const copyOf = (view: ReplayView): Fold => ({
  ...view,
  workstreams: new Map(view.workstreams),
  jobs: new Map(view.jobs),
  attempts: new Map(view.attempts),
});

function fold(view: Fold, event: LogEvent, own: Own): void {
  view.seq = event.seq;
  view.at = event.at;
  if (isAbout(event, "job")) {
    const { from, job } = foldJob(view, event);
    if (from !== job.status) countJob(view, own, from, job.status, event);
  } else if (isAbout(event, "workstream")) foldWorkstream(view, event);
  else if (event.type === "run.removed") removeAll(view);
  else foldRun(view, event);
}

/** A run leaves with all that hangs on it. */
function removeAll(view: Fold): void {
  view.run = null;
  for (const rows of [view.workstreams, view.jobs, view.attempts]) rows.clear();
}

/** The run's figures follow its jobs' moves; a workstream's are in `workstream.progressed`. */
function countJob(view: Fold, own: Own, from: JobStatus | null, to: JobStatus, { at, seq }: LogEvent): void {
  if (!view.run) return;
  if (own.run !== view.run) own.run = view.run = { ...view.run, jobCounts: { ...view.run.jobCounts } };
  const { run } = own as { run: Wire<"run"> };
  if (from) run.jobCounts[from] -= 1;
  run.jobCounts[to] += 1;
  run.updatedAt = at;
  run.seq = seq;
}

/** The execution state and the version by its own fold; here the run's life. */
function foldRun(view: Fold, event: LogEvent): void {
  const { at, seq } = event;
  const known = readEvent(event);
  const run = known.type === "run.created" ? newRun(known) : view.run;
  if (!run) return;
  if (known.type === "run.deadline_restarted") {
    view.run = { ...run, deadlineAt: known.payload.deadlineAt, updatedAt: at, seq };
    return;
  }
  const next = { ...foldState(run, event), updatedAt: at, seq };
  if (next.version === run.version) return;
  if (known.type === "run.transitioned") Object.assign(next, moved(run, known.payload.to, known.payload, at));
  if (known.type === "run.retried") {
    Object.assign(next, moved(run, "running", known.payload, at), { deadlineAt: deadline(at, run) });
  }
  view.run = next;
}

const moved = (
  run: Wire<"run">,
  to: RunStatus,
  payload: { reason?: string | null; error?: ErrorInfo | null },
  at: string,
): Partial<Wire<"run">> => ({
  status: to,
  reason: payload.reason ?? null,
  error: payload.error ?? null,
  startedAt: run.startedAt ?? (to === "running" ? at : null),
  finishedAt: isFinalRun(to) ? at : null,
});

const deadline = (at: string, { timeoutMs }: Pick<Wire<"run">, "timeoutMs">) =>
  timeoutMs ? iso(ms(at) + timeoutMs) : null;

function newRun({ subject, at, seq, payload }: EventOf<"run.created">): Wire<"run"> {
  // Earlier versions said less.
  const from: Partial<typeof payload> = payload;
  const timeoutMs = from.timeoutMs ?? null;
  return {
    kind: "run",
    id: subject.id,
    runId: subject.id,
    workflow: from.workflow ?? "",
    status: "pending",
    definition: from.definition ?? null,
    ...emptyState(),
    tags: from.tags ?? [],
    initiatedBy: from.initiatedBy ?? null,
    parentRunId: from.parentRunId ?? null,
    completion: from.completion ?? "manual",
    timeoutMs,
    deadlineAt: deadline(at, { timeoutMs }),
    reason: null,
    error: null,
    jobCounts: NO_JOBS,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    updatedAt: at,
    seq,
  };
}

function foldWorkstream(view: Fold, event: EventAbout<"workstream">): void {
  const { type, at, seq, payload } = event;
  const before = view.workstreams.get(event.subject.id) ?? newWorkstream(event);
  const workstream = { ...before, updatedAt: at, seq };
  if (type === "workstream.updated") {
    workstream.title = payload.title ?? before.title;
    workstream.metadata = payload.metadata ?? before.metadata;
  } else if (type === "workstream.progressed" && payload.jobCounts) {
    workstream.jobCounts = payload.jobCounts;
    if (payload.jobCounts.running > before.jobCounts.running) workstream.startedAt ??= at;
  } else if (type === "workstream.transitioned" && payload.to) {
    // Before workstreams followed their jobs, every move was made by hand.
    const follow = payload.follow ?? "manual";
    Object.assign(workstream, { status: payload.to, follow, reason: payload.reason ?? null, enteredAt: at });
  } else if (type === "workstream.followed") workstream.follow = "jobs";
  view.workstreams.set(workstream.id, workstream);
}

function newWorkstream({ subject, runId, at, seq, payload }: EventAbout<"workstream">): Wire<"workstream"> {
  const { status = "pending" } = payload;
  return {
    kind: "workstream",
    id: subject.id,
    workstreamId: subject.id,
    runId: runId ?? "",
    title: payload.title ?? subject.id,
    status,
    follow: payload.follow ?? (status === "pending" ? "jobs" : "manual"),
    metadata: payload.metadata ?? {},
    reason: null,
    jobCounts: NO_JOBS,
    startedAt: null,
    createdAt: at,
    enteredAt: at,
    updatedAt: at,
    version: 1,
    seq,
  };
}
