import type { DependencyFacts, GateFacts } from "../../../../domain/execution/timeline.ts";
import { compareText } from "../../../../domain/kernel/compare.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import { type Segment, segmentsOf } from "./segments.ts";

/**
 * One job's row. The same object as long as the job and its attempts are the same, so that a view
 * can skip it.
 */
export interface JobRow {
  type: "job";
  id: string;
  job: Wire<"job">;
  attempts: Wire<"attempt">[];
  /** The jobs it depends on, and its approvals, when the segments were computed. */
  parents: readonly (Parent | undefined)[];
  gates: readonly GateFacts[];
  segments: Segment[];
}

type Parent = Pick<DependencyFacts, "status" | "finishedAt">;

/** The row above the jobs of one workstream; `workstream` is null for jobs without one. */
export interface GroupRow {
  type: "group";
  id: string;
  workstream: Wire<"workstream"> | null;
  jobs: JobRow[];
}

export type Row = GroupRow | JobRow;

export interface TimelineModel {
  groups: GroupRow[];
  rows: ReadonlyMap<string, JobRow>;
  /** How many trials were known; it only grows. */
  trials: number;
}

export interface TimelineInput {
  workstreams: readonly Wire<"workstream">[];
  jobs: readonly Wire<"job">[];
  attempts: readonly Wire<"attempt">[];
  /** Ids of attempts that were trials of a half-open breaker. */
  trials: ReadonlySet<string>;
  /** Jobs not in `jobs` that some of these depend on. */
  dependencies?: readonly DependencyFacts[];
  approvals?: readonly GateFacts[];
}

/** No workstream can have this id: the alphabet of ids has no `#`. */
const NO_WORKSTREAM = "#none";
const NONE: readonly never[] = [];
const EMPTY: TimelineModel = { groups: [], rows: new Map(), trials: 0 };
const natural = new Intl.Collator("en", { numeric: true });

/**
 * Rows by workstream (oldest first, jobs without one last). Within one, jobs are in order of
 * creation, and within one commit a job comes after those it depends on. The order does not change
 * while the jobs run. Rows of `previous` are used again where nothing changed, and their order when
 * there is no new job: then the cost is linear in jobs and attempts.
 */
export function buildModel(input: TimelineInput, previous: TimelineModel = EMPTY): TimelineModel {
  const tried = attemptsByJob(input.attempts);
  const byId = new Map<string, Parent>((input.dependencies ?? []).map((one) => [one.jobId, one]));
  for (const job of input.jobs) byId.set(job.id, job);
  const gatesOf = approvalsByJob(input.approvals ?? []);
  const sameTrials = previous.trials === input.trials.size;
  const rows = new Map<string, JobRow>();
  const members = new Map<string, JobRow[]>();
  const ranks = new Map<string, number>();
  for (const [rank, job] of (sameOrder(input.jobs, previous) ?? inOrder(input.jobs)).entries()) {
    const attempts = tried.get(job.id) ?? [];
    const before = previous.rows.get(job.id);
    const parents = job.dependsOn.length === 0 ? NONE : job.dependsOn.map((id) => byId.get(id));
    const gates = gatesOf.get(job.id) ?? NONE;
    const isKept =
      before &&
      isSame(before, job, attempts) &&
      waitsAlike(before, parents, gates) &&
      (sameTrials || hasTrials(before, input.trials));
    const row = isKept ? before : newRow(job, attempts, parents, gates, input.trials);
    rows.set(job.id, row);
    const key = job.workstreamId ?? NO_WORKSTREAM;
    if (!ranks.has(key)) ranks.set(key, rank);
    const group = members.get(key);
    if (group) group.push(row);
    else members.set(key, [row]);
  }
  const known = [...input.workstreams].sort(byAge(ranks));
  const groups: GroupRow[] = known.map((workstream) => {
    const jobs = members.get(workstream.id) ?? [];
    members.delete(workstream.id);
    return { type: "group", id: workstream.id, workstream, jobs };
  });
  // The rest have no workstream, or one whose row has not arrived yet.
  const rest = [...members.values()].flat();
  if (rest.length > 0) groups.push({ type: "group", id: NO_WORKSTREAM, workstream: null, jobs: rest });
  return { groups, rows, trials: input.trials.size };
}

/**
 * The rows to show from top to bottom. A group that is the only one and has no workstream needs no
 * header.
 */
export function flatten(model: TimelineModel, collapsed: ReadonlySet<string>): Row[] {
  const [only] = model.groups;
  if (model.groups.length === 1 && only?.workstream === null) return only.jobs;
  return model.groups.flatMap((group): Row[] => (collapsed.has(group.id) ? [group] : [group, ...group.jobs]));
}

/** The latest time in any row: the timeline's clock is never before it. */
export function latestTime(model: TimelineModel): number {
  let latest = 0;
  for (const { job } of model.rows.values()) latest = Math.max(latest, Date.parse(job.updatedAt));
  return latest;
}

/** The name of a job: its step, else its tool, else its id. */
export const jobLabel = (job: Pick<Wire<"job">, "id" | "step" | "tool">): string => job.step ?? job.tool ?? job.id;

function newRow(
  job: Wire<"job">,
  attempts: Wire<"attempt">[],
  parents: JobRow["parents"],
  gates: readonly GateFacts[],
  trials: ReadonlySet<string>,
): JobRow {
  const dependency = (id: string) => parents[job.dependsOn.indexOf(id)];
  const segments = segmentsOf(job, attempts, { isTrial: (id) => trials.has(id), dependency, approvals: gates });
  return { type: "job", id: job.id, job, attempts, parents, gates, segments };
}

/** Whether a row's segments stay the same, given the jobs and approvals it waits for. */
function waitsAlike(row: JobRow, parents: JobRow["parents"], gates: readonly GateFacts[]): boolean {
  return (
    row.parents.length === parents.length &&
    row.gates.length === gates.length &&
    row.parents.every((one, i) => one?.status === parents[i]?.status && one?.finishedAt === parents[i]?.finishedAt) &&
    row.gates.every((one, i) => one.approvalId === gates[i]?.approvalId && one.status === gates[i]?.status)
  );
}

function approvalsByJob(approvals: readonly GateFacts[]): Map<string, GateFacts[]> {
  const byJob = new Map<string, GateFacts[]>();
  for (const one of approvals) byJob.set(one.jobId, [...(byJob.get(one.jobId) ?? []), one]);
  return byJob;
}

function isSame(row: JobRow, job: Wire<"job">, attempts: Wire<"attempt">[]): boolean {
  if (!isUnmoved(row.job, job) || row.attempts.length !== attempts.length) return false;
  return row.attempts.every((attempt, i) => isUnmoved(attempt, attempts[i]));
}

type RowVersion = { readonly seq: number; readonly pending?: boolean };

/**
 * Whether two versions of a row are equal. The effect of a click keeps the `seq` of its base row,
 * and so does its undo.
 */
const isUnmoved = (a: RowVersion, b: RowVersion | undefined): boolean =>
  a === b || (a.seq === b?.seq && a.pending !== true && b.pending !== true);

function hasTrials(row: JobRow, trials: ReadonlySet<string>): boolean {
  return row.segments.every(
    (segment) => segment.attempt === null || segment.trial === trials.has(`${row.id}#${segment.attempt}`),
  );
}

function attemptsByJob(attempts: readonly Wire<"attempt">[]): Map<string, Wire<"attempt">[]> {
  const tried = new Map<string, Wire<"attempt">[]>();
  for (const attempt of attempts) {
    const list = tried.get(attempt.jobId);
    if (list) list.push(attempt);
    else tried.set(attempt.jobId, [attempt]);
  }
  for (const list of tried.values()) if (list.length > 1) list.sort((a, b) => a.number - b.number);
  return tried;
}

/** The sort keys of a job never change, so the same jobs have the same order. */
function sameOrder(jobs: readonly Wire<"job">[], previous: TimelineModel): Wire<"job">[] | undefined {
  if (jobs.length !== previous.rows.size) return undefined;
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const ordered: Wire<"job">[] = [];
  for (const id of previous.rows.keys()) {
    const job = byId.get(id);
    if (!job) return undefined;
    ordered.push(job);
  }
  return ordered;
}

function inOrder(jobs: readonly Wire<"job">[]): Wire<"job">[] {
  const depth = depths(jobs);
  return [...jobs].sort(
    (a, b) =>
      compareText(a.createdAt, b.createdAt) ||
      (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) ||
      natural.compare(a.id, b.id),
  );
}

/**
 * Each job's depth: the jobs before it on its longest chain of dependencies. A job can only depend
 * on older ones: there are no cycles.
 */
export function depths(jobs: readonly Wire<"job">[]): Map<string, number> {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const depth = new Map<string, number>();
  const todo = [...byId.keys()];
  while (todo.length > 0) {
    const id = todo.at(-1) as string;
    const parents = (byId.get(id)?.dependsOn ?? []).filter((parent) => byId.has(parent));
    const missing = depth.has(id) ? [] : parents.filter((parent) => !depth.has(parent));
    if (missing.length > 0) {
      todo.push(...missing);
      continue;
    }
    todo.pop();
    depth.set(
      id,
      parents.reduce((most, parent) => Math.max(most, (depth.get(parent) ?? 0) + 1), 0),
    );
  }
  return depth;
}

/** Oldest first; those of one commit by their first jobs, in the order of the run. */
const byAge =
  (ranks: ReadonlyMap<string, number>) =>
  (a: Wire<"workstream">, b: Wire<"workstream">): number =>
    compareText(a.createdAt, b.createdAt) ||
    (ranks.get(a.id) ?? Number.MAX_SAFE_INTEGER) - (ranks.get(b.id) ?? Number.MAX_SAFE_INTEGER) ||
    natural.compare(a.id, b.id);
