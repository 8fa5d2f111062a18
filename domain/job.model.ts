/**
 * What jobs and runs should do, written down a second time and as plainly as possible: no rows, no events, no limits, every rule a loop over
 * everything. `job.model.test.ts` runs it beside the reducers.
 */
export type Status = "waiting" | "queued" | "running" | "completed" | "failed" | "timed_out" | "cancelled";
export type RunState = "pending" | "running" | "blocked" | "completed" | "failed" | "cancelled" | "timed_out";

export interface ModelJob {
  id: string;
  run: string;
  dependsOn: string[];
  priority: number;
  maxAttempts: number;
  backoffMs: number;
  timeoutMs: number | null;
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

export interface ModelRun {
  status: RunState;
  auto: boolean;
}

export const JOB_MOVES: Record<Status, readonly Status[]> = {
  waiting: ["queued", "cancelled"],
  queued: ["running", "cancelled", "timed_out"],
  running: ["completed", "failed", "timed_out", "cancelled", "queued"],
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
  /** Epoch ms; whoever turns the clock turns it here too. */
  now = 0;
  readonly jobs = new Map<string, ModelJob>();
  readonly runs = new Map<string, ModelRun>();

  job(id: string): ModelJob {
    return this.jobs.get(id) as ModelJob;
  }

  run(id: string): ModelRun {
    return this.runs.get(id) as ModelRun;
  }

  ofRun(run: string): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.run === run);
  }

  enqueue(job: Pick<ModelJob, "id" | "run" | "dependsOn" | "priority" | "maxAttempts" | "backoffMs" | "timeoutMs">) {
    const none = {
      byDependency: false,
      attempt: 0,
      tries: 0,
      agent: null,
      leaseEndsAt: null,
      leaseMs: null,
      timeoutAt: null,
    };
    this.jobs.set(job.id, { ...job, ...none, status: "waiting", runAt: this.now });
    this.ripple([]);
  }

  /** What a claim should get, best first. */
  claimable(): ModelJob[] {
    return [...this.jobs.values()]
      .filter((job) => job.status === "queued" && job.runAt <= this.now && !finalRun(this.run(job.run).status))
      .sort((a, b) => b.priority - a.priority || a.runAt - b.runAt || (a.id < b.id ? -1 : 1));
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
    else this.ripple([job]);
  }

  end(job: ModelJob, status: "cancelled" | "timed_out") {
    job.status = status;
    job.byDependency = false;
    this.ripple([job]);
  }

  /** Whether `job.retry` is legal. */
  mayRetry(job: ModelJob): boolean {
    return bad(job.status) && !finalRun(this.run(job.run).status) && !this.isHeld(job);
  }

  retry(jobs: ModelJob[]) {
    const back = new Set<ModelJob>(jobs);
    for (let grew = true; grew; ) {
      grew = false;
      for (const job of this.jobs.values()) {
        const comes =
          job.status === "cancelled" && job.byDependency && job.dependsOn.some((id) => back.has(this.job(id)));
        const held = job.dependsOn.some((id) => bad(this.job(id).status) && !back.has(this.job(id)));
        if (back.has(job) || !comes || held || finalRun(this.run(job.run).status)) continue;
        back.add(job);
        grew = true;
      }
    }
    for (const job of back) Object.assign(job, { status: "waiting", byDependency: false, tries: 0, runAt: this.now });
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
    for (const job of ended) Object.assign(job, { status: "cancelled", byDependency: false });
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
        if (this.isHeld(job)) {
          Object.assign(job, { status: "cancelled", byDependency: true });
          concerned.add(job.run);
          moved = true;
        } else if (job.dependsOn.every((id) => this.job(id).status === "completed")) {
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
