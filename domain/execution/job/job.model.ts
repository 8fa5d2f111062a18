/**
 * What jobs and runs should do, written down a second time and as plainly as possible: no rows, no
 * events, no limits, every rule a loop over everything. `job.model.test.ts` runs it beside the
 * reducers.
 */
export type Status = "waiting" | "queued" | "running" | "completed" | "failed" | "timed_out" | "cancelled";
export type RunState = "pending" | "running" | "blocked" | "completed" | "failed" | "cancelled" | "timed_out";

export type StreamState = "pending" | "ready" | "running" | "blocked" | "review" | "done" | "failed" | "cancelled";

export interface ModelJob {
  id: string;
  run: string;
  /** Its workstream. */
  stream: string | null;
  dependsOn: string[];
  queue: string;
  priority: number;
  maxAttempts: number;
  backoffMs: number;
  timeoutMs: number | null;
  /** Its approval, if it has to have one. */
  gate: Gate;
  /** It works for its run's token. */
  token: boolean;
  /** What comes after its last attempt: another agent, or a human. */
  escalate: string | null;
  escalated: boolean;
  /** The only agent that may run it. */
  pinned: string | null;
  status: Status;
  /** It was cancelled because of one it depends on. */
  byDependency: boolean;
  runAt: number;
  attempt: number;
  /** Tries since the last retry by hand. */
  tries: number;
  agent: string | null;
  leaseEndsAt: number | null;
  leaseMs: number | null;
  timeoutAt: number | null;
}

export type Gate = "none" | "pending" | "approved" | "rejected" | "expired";
/** Who escalations to a human go to. */
export const HUMAN = "human";

export interface ModelRun {
  status: RunState;
  auto: boolean;
  tokenCancelled: boolean;
}

export interface ModelStream {
  run: string;
  status: StreamState;
  /** False: somebody has put it where it is. */
  follows: boolean;
  started: boolean;
}

export interface ModelQueue {
  concurrency: number | null;
  paused: boolean;
}

export const JOB_MOVES: Record<Status, readonly Status[]> = {
  waiting: ["queued", "cancelled"],
  queued: ["running", "cancelled", "timed_out"],
  running: ["completed", "failed", "timed_out", "cancelled", "queued", "waiting"],
  completed: [],
  // By retry alone; to waiting when one that it depends on has not completed yet.
  failed: ["queued", "waiting"],
  timed_out: ["queued", "waiting"],
  cancelled: ["queued", "waiting"],
};

const RUN_MOVES: Record<RunState, readonly RunState[]> = {
  pending: ["running", "cancelled", "failed"],
  running: ["blocked", "completed", "failed", "cancelled", "timed_out"],
  blocked: ["running", "failed", "cancelled", "timed_out"],
  completed: [],
  failed: [],
  cancelled: [],
  timed_out: [],
};

export const finalJob = (status: Status) => ["completed", "failed", "timed_out", "cancelled"].includes(status);
export const finalRun = (status: RunState) => RUN_MOVES[status].length === 0;
const bad = (status: Status) => finalJob(status) && status !== "completed";

export class JobModel {
  /** Epoch ms; a test that moves the clock moves this one too. */
  now = 0;
  readonly jobs = new Map<string, ModelJob>();
  readonly runs = new Map<string, ModelRun>();
  readonly queues = new Map<string, ModelQueue>();
  readonly streams = new Map<string, ModelStream>();
  /** Capacities that agents have stated. */
  readonly capacity = new Map<string, number>();

  job(id: string): ModelJob {
    return this.jobs.get(id) as ModelJob;
  }

  run(id: string): ModelRun {
    return this.runs.get(id) as ModelRun;
  }

  ofRun(run: string): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.run === run);
  }

  /** Where each workstream is after a command: where its jobs are, unless it was put somewhere. */
  settleStreams() {
    for (const [id, stream] of this.streams) {
      const jobs = [...this.jobs.values()].filter((job) => job.stream === id);
      if (jobs.some((job) => job.status === "running")) stream.started = true;
      if (stream.follows) stream.status = this.standing(stream, jobs);
    }
  }

  private standing({ run, status, started }: ModelStream, jobs: ModelJob[]): StreamState {
    const ended = finalRun(this.run(run).status);
    const atAnEnd = ["review", "done", "failed", "cancelled"].includes(status);
    if (jobs.length === 0) return ended && !atAnEnd ? "cancelled" : status;
    if (jobs.every((job) => job.status === "completed")) return "done";
    if (jobs.every((job) => finalJob(job.status))) {
      if (!started && (status === "cancelled" || (ended && status !== "failed"))) return "cancelled";
      return "failed";
    }
    if (jobs.some((job) => job.status === "running")) return "running";
    const isQueued = jobs.some((job) => job.status === "queued");
    if (!isQueued && jobs.some((job) => job.status === "waiting" && job.gate === "pending")) return "blocked";
    if (started || atAnEnd || status === "running") return "running";
    return status === "ready" ? "ready" : "pending";
  }

  /** Gives a workstream back to its jobs. */
  follow(id: string) {
    const stream = this.streams.get(id) as ModelStream;
    if (stream.follows) return;
    Object.assign(stream, { follows: true, status: "pending" });
  }

  /** A run goes on: its workstreams without jobs do. */
  reopenStreams(run: string) {
    for (const [id, stream] of this.streams) {
      const isEmpty = ![...this.jobs.values()].some((job) => job.stream === id);
      if (stream.run === run && stream.follows && stream.status === "cancelled" && isEmpty) stream.status = "pending";
    }
  }

  queue(id: string): ModelQueue {
    return this.queues.get(id) ?? { concurrency: null, paused: false };
  }

  running(of: (job: ModelJob) => boolean): number {
    return [...this.jobs.values()].filter((job) => job.status === "running" && of(job)).length;
  }

  enqueue(job: Omit<ModelJob, keyof typeof FRESH | "status" | "runAt">) {
    this.jobs.set(job.id, { ...job, ...FRESH, status: "waiting", runAt: this.now });
    this.ripple([]);
  }

  /** What a claim of at most `max` should get, best first. */
  claimable(agent: string, max: number): ModelJob[] {
    const slots = (this.capacity.get(agent) ?? Infinity) - this.running((job) => job.agent === agent);
    const best: ModelJob[] = [];
    const due = [...this.jobs.values()]
      .filter((job) => job.status === "queued" && job.runAt <= this.now && !finalRun(this.run(job.run).status))
      .filter((job) => (job.pinned ?? agent) === agent)
      .sort((a, b) => b.priority - a.priority || a.runAt - b.runAt || (a.id < b.id ? -1 : 1));
    for (const job of due) {
      if (best.length >= Math.min(max, slots)) break;
      const { paused, concurrency } = this.queue(job.queue);
      const taken = this.running((other) => other.queue === job.queue);
      const more = best.filter((other) => other.queue === job.queue).length;
      if (!paused && (concurrency === null || taken + more < concurrency)) best.push(job);
    }
    return best;
  }

  start(job: ModelJob, agent: string, leaseMs: number | null) {
    job.status = "running";
    job.attempt += 1;
    job.tries += 1;
    job.agent = agent;
    job.leaseMs = leaseMs;
    job.leaseEndsAt = leaseMs === null ? null : this.now + leaseMs;
    job.timeoutAt = job.timeoutMs === null ? null : this.now + job.timeoutMs;
    const run = this.run(job.run);
    if (run.status === "pending") run.status = "running";
  }

  complete(job: ModelJob) {
    job.status = "completed";
    this.ripple([job]);
  }

  fail(job: ModelJob, status: "failed" | "timed_out", retryable: boolean) {
    const again = retryable && job.tries < job.maxAttempts;
    job.status = again ? "queued" : status;
    if (again) job.runAt = this.now + job.backoffMs * 2 ** (job.tries - 1);
    else if (job.escalate !== null && !job.escalated) this.escalateTo(job, job.escalate);
    else this.ripple([job]);
  }

  private escalateTo(job: ModelJob, whom: string) {
    const human = whom === HUMAN;
    Object.assign(job, { escalated: true, tries: 0, runAt: this.now, status: human ? "waiting" : "queued" });
    if (human) job.gate = "pending";
    else job.pinned = whom;
  }

  decide(job: ModelJob, gate: "approved" | "rejected") {
    job.gate = gate;
    this.ripple([]);
  }

  /** Cancels a run's token and what works for it. */
  cancelToken(id: string) {
    this.run(id).tokenCancelled = true;
    const ended = this.ofRun(id).filter((job) => job.token && !finalJob(job.status));
    for (const job of ended) this.cancel(job, false);
    this.ripple(ended);
  }

  end(job: ModelJob, status: "cancelled" | "timed_out") {
    this.cancel(job, false);
    job.status = status;
    this.ripple([job]);
  }

  private cancel(job: ModelJob, byDependency: boolean) {
    Object.assign(job, { status: "cancelled", byDependency });
    // Nobody need decide any more.
    if (job.gate === "pending") job.gate = "expired";
  }

  /** The token that it works for is cancelled: it cannot come back. */
  isLost(job: ModelJob): boolean {
    return job.token && this.run(job.run).tokenCancelled;
  }

  /** Whether `job.retry` is legal. */
  mayRetry(job: ModelJob): boolean {
    return bad(job.status) && !finalRun(this.run(job.run).status) && !this.isHeld(job) && !this.isLost(job);
  }

  retry(jobs: ModelJob[]) {
    const back = new Set<ModelJob>(jobs);
    for (let grew = true; grew; ) {
      grew = false;
      for (const job of this.jobs.values()) {
        const comes =
          job.status === "cancelled" && job.byDependency && job.dependsOn.some((id) => back.has(this.job(id)));
        const held = job.dependsOn.some((id) => bad(this.job(id).status) && !back.has(this.job(id)));
        if (back.has(job) || !comes || held || this.isLost(job) || finalRun(this.run(job.run).status)) continue;
        back.add(job);
        grew = true;
      }
    }
    for (const job of back) {
      Object.assign(job, { status: "waiting", byDependency: false, tries: 0, runAt: this.now });
      // What has run once was let through; what was turned down is asked for again.
      if (job.attempt > 0) job.gate = "approved";
      else if (job.gate === "rejected" || job.gate === "expired") job.gate = "pending";
    }
    this.ripple([]);
  }

  mayMove(run: ModelRun, to: RunState): boolean {
    return RUN_MOVES[run.status].includes(to);
  }

  move(id: string, to: RunState) {
    this.run(id).status = to;
    if (finalRun(to)) this.ripple(this.endRun(id));
  }

  private endRun(id: string): ModelJob[] {
    const ended = this.ofRun(id).filter((job) => !finalJob(job.status));
    for (const job of ended) this.cancel(job, false);
    return ended;
  }

  private isHeld(job: ModelJob): boolean {
    return job.dependsOn.some((id) => bad(this.job(id).status));
  }

  /** Everything that follows by itself from these jobs having ended. */
  private ripple(ended: ModelJob[]) {
    const concerned = new Set(ended.map((job) => job.run));
    for (let moved = true; moved; ) {
      moved = false;
      for (const job of this.jobs.values()) {
        if (job.status !== "waiting") continue;
        const shut = job.gate === "rejected" || job.gate === "expired";
        if (this.isHeld(job) || shut) {
          this.cancel(job, this.isHeld(job));
          concerned.add(job.run);
          moved = true;
        } else if (job.gate !== "pending" && job.dependsOn.every((id) => this.job(id).status === "completed")) {
          job.status = "queued";
          job.runAt = Math.max(job.runAt, this.now);
          moved = true;
        }
      }
    }
    for (const id of concerned) {
      const run = this.run(id);
      const jobs = this.ofRun(id);
      if (!run.auto || finalRun(run.status) || !jobs.every((job) => finalJob(job.status))) continue;
      run.status = jobs.some((job) => job.status !== "completed") ? "failed" : "completed";
    }
  }
}

/** A job that has just come. */
const FRESH = {
  byDependency: false,
  escalated: false,
  attempt: 0,
  tries: 0,
  agent: null,
  leaseEndsAt: null,
  leaseMs: null,
  timeoutAt: null,
};
