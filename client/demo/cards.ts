import type { LogEvent } from "../../domain/event.ts";
import { ownOf } from "../../domain/json-map.ts";
import {
  isFinalJob,
  isFinalRun,
  type JobStatus,
  type RunStatus,
  WORKSTREAM_MOVES,
  type WorkstreamStatus,
} from "../../domain/statuses.ts";

export interface Move {
  workstreamId: string;
  to: WorkstreamStatus;
  reason: string;
}

interface Card {
  runId: string;
  status: WorkstreamStatus;
  jobs: Map<string, JobStatus>;
}

const JOB_STATUS_AFTER: { readonly [type: string]: JobStatus } = {
  "job.released": "queued",
  "job.started": "running",
  "job.attempt_failed": "queued",
  "job.completed": "completed",
  "job.failed": "failed",
  "job.timed_out": "timed_out",
  "job.cancelled": "cancelled",
};

const BREAKER_AFTER: { readonly [type: string]: string } = {
  "breaker.opened": "open",
  "breaker.half_opened": "half-open",
  "breaker.closed": "closed",
};

/**
 * The cards of some runs, moved by what happens to its jobs: ready when a job can start, running with the first, blocked while the breaker
 * in front of their agent lets nothing through, failed with a job that did not complete, review when all have completed; done once the
 * whole run has ended. Whoever moves a card by hand is followed: its status is taken from the log.
 */
export class Cards {
  readonly #cards = new Map<string, Card>();
  /** Workstreams whose jobs go through one agent's breaker. */
  readonly #behindBreaker: { readonly [agentKey: string]: readonly string[] };
  readonly #blocked = new Set<string>();
  readonly #runIds: ReadonlySet<string>;

  constructor(runIds: Iterable<string>, behindBreaker: { readonly [agentKey: string]: readonly string[] } = {}) {
    this.#runIds = new Set(runIds);
    this.#behindBreaker = behindBreaker;
  }

  /** Takes one event of the log, in order; answers the moves it calls for, each legal after the one before. */
  apply(event: LogEvent): Move[] {
    const [noun] = event.type.split(".");
    if (noun === "workstream") return this.#applyWorkstream(event);
    if (noun === "job") return this.#applyJob(event);
    if (noun === "breaker") return this.#applyBreaker(event);
    if (event.type === "run.transitioned" && isFinalRun(event.payload.to as RunStatus)) {
      return this.#finish(event.subject.id, `the run is ${event.payload.to}`);
    }
    return [];
  }

  /** The moves that leave no card looking as if work went on. */
  abandon(reason: string): Move[] {
    const open = [...this.#cards].filter(([, card]) => !["review", "done", "failed"].includes(card.status));
    return open.flatMap(([id, card]) => this.#path(id, card, "failed", reason));
  }

  #applyWorkstream(event: LogEvent): Move[] {
    const { id } = event.subject;
    const { runId = "" } = event;
    if (event.type === "workstream.created" && this.#runIds.has(runId)) {
      this.#cards.set(id, { runId, status: event.payload.status as WorkstreamStatus, jobs: new Map() });
    }
    const card = this.#cards.get(id);
    if (card && event.type === "workstream.transitioned") card.status = event.payload.to as WorkstreamStatus;
    return [];
  }

  #applyJob(event: LogEvent): Move[] {
    const { workstreamId } = event.payload;
    const card = typeof workstreamId === "string" ? this.#cards.get(workstreamId) : undefined;
    const told =
      event.type === "job.enqueued" || event.type === "job.retried"
        ? event.payload.status
        : ownOf(JOB_STATUS_AFTER, event.type);
    if (!card || told === undefined) return [];
    card.jobs.set(event.subject.id, told as JobStatus);
    return this.#bring(workstreamId as string, card, event.type.replace(".", " "));
  }

  #applyBreaker(event: LogEvent): Move[] {
    const moves: Move[] = [];
    for (const id of ownOf(this.#behindBreaker, event.subject.id) ?? []) {
      const card = this.#cards.get(id);
      if (!card) continue;
      const state = ownOf(BREAKER_AFTER, event.type);
      if (state === undefined) continue;
      if (state === "open") this.#blocked.add(id);
      else this.#blocked.delete(id);
      moves.push(...this.#bring(id, card, `the breaker of ${event.subject.id} is ${state}`));
    }
    return moves;
  }

  #finish(runId: string, reason: string): Move[] {
    const reviewed = [...this.#cards].filter(([, card]) => card.runId === runId && card.status === "review");
    return reviewed.flatMap(([id, card]) => this.#path(id, card, "done", reason));
  }

  #bring(id: string, card: Card, reason: string): Move[] {
    const to = targetOf(card, this.#blocked.has(id));
    return to === undefined ? [] : this.#path(id, card, to, reason);
  }

  #path(workstreamId: string, card: Card, to: WorkstreamStatus, reason: string): Move[] {
    const path = shortestPath(card.status, to);
    if (path.length > 0) card.status = to;
    return path.map((step) => ({ workstreamId, to: step, reason }));
  }
}

/** Where a card belongs by its jobs; undefined to leave it where it is. */
function targetOf(card: Card, blocked: boolean): WorkstreamStatus | undefined {
  const whole = wholeStatus(card);
  const started = card.status !== "pending" && card.status !== "ready" && card.status !== "failed";
  if (whole === "completed") return "review";
  if (whole === "failed") return "failed";
  if (blocked && started) return "blocked";
  const statuses = [...card.jobs.values()];
  if (statuses.includes("running")) return "running";
  if (card.status === "blocked") return "running";
  if (started) return undefined;
  return statuses.includes("queued") ? "ready" : undefined;
}

/** How the jobs of a card have ended, or undefined while one is open. */
function wholeStatus(card: Card): "completed" | "failed" | undefined {
  const statuses = [...card.jobs.values()];
  if (statuses.length === 0 || !statuses.every(isFinalJob)) return undefined;
  return statuses.every((status) => status === "completed") ? "completed" : "failed";
}

/** The legal moves from one status to another, the fewest; none when it is there already. */
export function shortestPath(from: WorkstreamStatus, to: WorkstreamStatus): WorkstreamStatus[] {
  const paths: WorkstreamStatus[][] = [[from]];
  const seen = new Set([from]);
  for (const path of paths) {
    const last = path.at(-1) as WorkstreamStatus;
    if (last === to) return path.slice(1);
    for (const next of WORKSTREAM_MOVES[last]) {
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return [];
}
