import fc from "fast-check";
import { expect, test } from "vitest";
import { freeTrialSlots } from "../../agents/breaker/breaker-row.ts";
import type { CommitFault } from "../../commit/commit.ts";
import { Draft } from "../../commit/draft.ts";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { tries } from "../../kernel/depth.test-kit.ts";
import { WORKSTREAM_MOVES, WORKSTREAM_STATUSES } from "../../kernel/statuses.ts";
import { World } from "../../kernel/tx.test-kit.ts";
import type { EmittedEvent } from "../../kernel/tx.ts";
import { type Command, command } from "./job.model.commands.test-kit.ts";
import { checkWorld, same } from "./job.model.test-kit.ts";
import {
  finalJob,
  finalRun,
  HUMAN,
  JOB_MOVES,
  JobModel,
  type ModelJob,
  type ModelStream,
  type RunState,
  type Status,
} from "./job.model.ts";

/**
 * Random commands with a clock that is turned, run on the reducers and on the model beside them
 * (`job.model.ts`). After each command both must agree, and what holds for every state and every
 * commit must hold.
 */
const RUNS = tries(300);
const COMMANDS = 60;

const RUN_STATES = ["running", "blocked", "completed", "failed", "cancelled", "timed_out"] as const;
const AGENTS = ["steady", "jumpy"] as const;
/** Of each run; `e` never gets a job. */
const STREAMS = ["w", "v", "e"] as const;
const QUEUES = ["q0", "q1", "q2"] as const;
const pick = <T>(from: readonly T[], index: number): T | undefined => from[index % Math.max(1, from.length)];

interface Held {
  jobId: string;
  attempt: number;
  leaseToken: string;
}

class Beside {
  readonly world = new World();
  readonly model = new JobModel();
  readonly tokens: Held[] = [];
  readonly status = new Map<string, Status>();

  constructor() {
    this.model.now = this.world.now;
    this.world.commit(
      {
        type: "agent.register",
        agentKey: "steady",
        breaker: { failureRateThreshold: 1, windowSize: 1000, minimumCalls: 1000 },
      },
      {
        type: "agent.register",
        agentKey: "jumpy",
        breaker: { windowSize: 4, minimumCalls: 2, openMs: 500, permittedTrials: 2 },
      },
    );
    this.newRun(false);
    this.newRun(true);
    this.configure("q0", 2, false);
    this.configure("q1", 1, false);
  }

  configure(queue: string, concurrency: number | null, paused: boolean) {
    this.commit({ type: "queue.configure", queue, concurrency, paused });
    this.model.queues.set(queue, { concurrency, paused });
  }

  newRun(auto: boolean) {
    const runId = `r${this.model.runs.size}`;
    this.model.runs.set(runId, { status: "pending", auto, tokenCancelled: false });
    for (const stream of STREAMS) {
      const status = stream === "v" ? "ready" : "pending";
      this.model.streams.set(`${stream}-${runId}`, { run: runId, status, follows: true, started: false });
    }
    this.commit(
      { type: "run.create", runId, workflow: "model", completion: auto ? "auto" : "manual" },
      ...STREAMS.map((stream) => ({
        type: "workstream.create" as const,
        runId,
        workstreamId: `${stream}-${runId}`,
        title: "Work",
        ...(stream === "v" && { status: "ready" as const }),
      })),
      { type: "scope.enter", runId, scopeId: "s" },
      { type: "token.add", runId, tokenId: "t", token: { scopeId: "s" } },
    );
  }

  commit(...mutations: ClientMutationInput[]): unknown[] {
    const done = this.world.attempt(mutations);
    if (done.faults.length > 0)
      throw new Error(`${JSON.stringify(mutations)} was refused: ${JSON.stringify(done.faults)}`);
    this.followEvents(done.events);
    return done.results;
  }

  refused(mutation: ClientMutationInput): CommitFault {
    const before = [...this.world.rows.values()];
    const fault = this.world.refuse(mutation);
    const after = [...this.world.rows.values()];
    if (after.length !== before.length || after.some((row, index) => row !== before[index]))
      throw new Error("it changed rows");
    return fault;
  }

  /**
   * Commits if the model says that it is legal, else it must be refused. Answers whether it was
   * legal.
   */
  when(legal: boolean, mutation: ClientMutationInput): boolean {
    if (legal) this.commit(mutation);
    else this.refused(mutation);
    return legal;
  }

  /** Every move in the events is legal, and no lease token is in any of them. */
  followEvents(events: readonly EmittedEvent[]) {
    for (const { type, subject, payload } of events) {
      if (subject.kind !== "job") continue;
      const to = payload?.status as Status;
      const from = this.status.get(subject.id);
      if (from === undefined) same(type, "job.enqueued", `the first event of ${subject.id}`);
      else if (from !== to && !JOB_MOVES[from].includes(to)) throw new Error(`${type}: ${from} → ${to}`);
      this.status.set(subject.id, to);
    }
    if (JSON.stringify(events).includes("s3cret")) throw new Error("a lease token is in an event");
  }

  tokenOf(job: ModelJob): string | undefined {
    return this.tokens.find((held) => held.jobId === job.id && held.attempt === job.attempt)?.leaseToken;
  }

  run({ op, a, b, n, deps, flag, ms }: Command) {
    const { world, model } = this;
    const jobs = [...model.jobs.values()];
    const runId = pick([...model.runs.keys()], a) as string;
    const running = jobs.filter((job) => job.status === "running");
    const job = pick(op === "complete" || op === "fail" || op === "heartbeat" ? running : jobs, a);
    const agentKey = pick(AGENTS, b) as string;
    switch (op) {
      case "newRun":
        if (model.runs.size < 5) this.newRun(flag);
        return;
      case "enqueue": {
        const dependsOn = [...new Set(deps.flatMap((index) => pick(jobs, index)?.id ?? []))];
        const given = {
          priority: n,
          maxAttempts: 1 + (b % 3),
          backoffMs: ms,
          ...(flag && { timeoutMs: ms * 3 }),
        };
        const id = `j${model.jobs.size}`;
        const [queue, gated, token] = [pick(QUEUES, b) as string, b % 7 === 0, b % 5 === 0];
        const pinned = b % 11 === 0 ? agentKey : null;
        const escalate = [null, null, HUMAN, "steady", "jumpy"][a % 5] ?? null;
        const run = model.run(runId);
        const stream = b % 3 === 0 ? null : `${b % 3 === 1 ? "w" : "v"}-${runId}`;
        const legal =
          !finalRun(run.status) && !(token && run.tokenCancelled) && (pinned === null || pinned !== escalate);
        const enqueue = {
          ...{ type: "job.enqueue" as const, jobId: id, runId, dependsOn, queue, ...given },
          ...(stream && { workstreamId: stream }),
          ...(gated && { approval: { title: "Go?" } }),
          ...(token && { tokenId: "t" }),
          ...(pinned && { agentKey: pinned }),
          ...(escalate && {
            escalate: escalate === HUMAN ? { approval: { title: "Again?" } } : { agentKey: escalate },
          }),
        };
        if (!this.when(legal, enqueue)) return;
        const gate = gated ? "pending" : "none";
        const settings = { queue, gate, token, pinned, escalate, timeoutMs: given.timeoutMs ?? null } as const;
        model.enqueue({ id, run: runId, stream, dependsOn, ...given, ...settings });
        return;
      }
      case "claim": {
        const tx = new Draft(world).begin({
          at: new Date(world.now).toISOString(),
          actor: "",
          commitId: "look",
          secret: "",
        });
        const slots = freeTrialSlots(tx, agentKey);
        const due = model.claimable(agentKey, Math.min(n + 1, slots));
        const [{ jobs: got }] = this.commit({ type: "job.claim", agentKey, max: n + 1, leaseMs: 1000 }) as [
          { jobs: { id: string; attempt: number; leaseToken: string }[] },
        ];
        same(
          got.map((one) => one.id),
          due.map((one) => one.id),
          "claimed",
        );
        for (const one of due) model.start(one, agentKey, 1000);
        for (const { queue } of due) {
          const { concurrency } = model.queue(queue);
          if (concurrency !== null && world.row("queue", queue).jobCounts.running > concurrency)
            throw new Error(`a claim took more from ${queue} than may run at once`);
        }
        for (const { id: jobId, attempt, leaseToken } of got) this.tokens.push({ jobId, attempt, leaseToken });
        return;
      }
      case "start": {
        if (!job) return;
        const legal = job.status === "queued" && (job.pinned ?? agentKey) === agentKey;
        const lease = flag ? { leaseMs: 500 } : {};
        if (!this.when(legal, { type: "job.start", jobId: job.id, agentKey, ...lease })) return;
        model.start(job, agentKey, flag ? 500 : null);
        const { attempt, leaseToken } = world.row("job", job.id);
        this.tokens.push({ jobId: job.id, attempt, leaseToken: leaseToken as string });
        return;
      }
      case "heartbeat": {
        if (!job) return;
        this.commit({
          type: "job.heartbeat",
          jobId: job.id,
          leaseToken: this.tokenOf(job) as string,
          ...(flag && { progress: n }),
        });
        if (job.leaseMs === null || job.leaseEndsAt === null) return;
        if (flag || job.leaseEndsAt - world.now < job.leaseMs / 2) job.leaseEndsAt = world.now + job.leaseMs;
        return;
      }
      case "complete": {
        if (!job) return;
        const leaseToken = flag ? this.tokenOf(job) : undefined;
        this.commit({ type: "job.complete", jobId: job.id, ...(leaseToken && { leaseToken }) });
        model.complete(job);
        return;
      }
      case "fail": {
        if (!job) return;
        this.commit({ type: "job.fail", jobId: job.id, error: "no", retryable: flag });
        model.fail(job, "failed", flag);
        return;
      }
      case "timeout": {
        if (!job) return;
        const { status } = job;
        if (!this.when(status === "queued" || status === "running", { type: "job.timeout", jobId: job.id })) return;
        if (status === "queued") model.end(job, "timed_out");
        else model.fail(job, "timed_out", true);
        return;
      }
      case "cancel":
        if (job && this.when(!finalJob(job.status), { type: "job.cancel", jobId: job.id })) model.end(job, "cancelled");
        return;
      case "retry":
        if (job && this.when(model.mayRetry(job), { type: "job.retry", jobId: job.id })) model.retry([job]);
        return;
      case "moveRun": {
        const to = pick(RUN_STATES, b) as RunState;
        if (n > 1 && finalRun(to)) return;
        if (this.when(model.mayMove(model.run(runId), to), { type: "run.transition", runId, to }))
          model.move(runId, to);
        return;
      }
      case "retryRun": {
        const { status } = model.run(runId);
        const legal = finalRun(status) && status !== "completed";
        if (!this.when(legal, { type: "run.retry", runId, ...(n === 0 && { jobs: "none" as const }) })) return;
        model.run(runId).status = "running";
        if (n > 0) model.reopenStreams(runId);
        const back =
          n === 0
            ? []
            : model
                .ofRun(runId)
                .filter((one) => finalJob(one.status) && one.status !== "completed" && !model.isLost(one));
        if (n > 0) model.retry(back);
        return;
      }
      case "configure": {
        const queue = pick(QUEUES, a) as string;
        this.configure(queue, n === 4 ? null : n + 1, flag && b % 2 === 0);
        return;
      }
      case "capacity":
        this.commit({ type: "agent.register", agentKey, capacity: n + 1 });
        model.capacity.set(agentKey, n + 1);
        return;
      case "decide": {
        const pending = pick(
          jobs.filter((one) => one.gate === "pending"),
          a,
        );
        if (!pending) return;
        const approvalId = String(world.row("job", pending.id).approvalId);
        this.commit({ type: flag ? "approval.approve" : "approval.reject", approvalId });
        model.decide(pending, flag ? "approved" : "rejected");
        return;
      }
      case "cancelToken": {
        const { status, tokenCancelled } = model.run(runId);
        if (n > 0) return;
        const legal = !finalRun(status) && !tokenCancelled;
        if (this.when(legal, { type: "scope.cancel", runId, scopeId: "s" })) model.cancelToken(runId);
        return;
      }
      case "place": {
        const workstreamId = pick([...model.streams.keys()], a) as string;
        const stream = model.streams.get(workstreamId) as ModelStream;
        const to = pick(WORKSTREAM_STATUSES, b) as (typeof WORKSTREAM_STATUSES)[number];
        const legal = WORKSTREAM_MOVES[stream.status].includes(to);
        if (this.when(legal, { type: "workstream.transition", workstreamId, to }))
          Object.assign(stream, { status: to, follows: false });
        return;
      }
      case "follow": {
        const workstreamId = pick([...model.streams.keys()], a) as string;
        this.commit({ type: "workstream.follow", workstreamId });
        model.follow(workstreamId);
        return;
      }
      case "wait":
        this.wait(ms);
        return;
      case "late": {
        const held = pick(this.tokens, a);
        if (!held) return;
        const { status, attempt } = model.job(held.jobId);
        if (status === "running" && attempt === held.attempt) return;
        const { jobId, leaseToken } = held;
        const said = { type: flag ? "job.complete" : "job.timeout", jobId, leaseToken } as const;
        same(this.refused(said).code, "lease_lost", "a late result");
        same(this.refused({ type: "job.heartbeat", jobId, leaseToken }).code, "lease_lost", "a late result");
        return;
      }
    }
  }

  /**
   * Turns the clock; leases and times that have passed end attempts, in the order the clock finds
   * them.
   */
  wait(by: number) {
    const { world, model } = this;
    world.now += by;
    model.now = world.now;
    const due = world.due();
    // What it saw may have been overtaken: to come twice does no harm.
    for (const mutation of [...due, ...due]) {
      const done = world.apply([mutation], "system:clock");
      same(done.faults, [], "faults of the clock");
      this.followEvents(done.events);
    }
    for (const mutation of due) {
      if (mutation.type !== "job.expire") continue;
      const job = model.job(mutation.jobId);
      if (job.status !== "running" || job.attempt !== mutation.attempt) continue;
      const end = mutation.why === "lease" ? job.leaseEndsAt : job.timeoutAt;
      if (end === null || end > world.now) throw new Error(`${job.id} was ended early`);
      model.fail(job, mutation.why === "lease" ? "failed" : "timed_out", true);
      model.settleStreams();
    }
    for (const job of model.jobs.values()) {
      if (job.status !== "running") continue;
      if (Math.min(job.leaseEndsAt ?? Infinity, job.timeoutAt ?? Infinity) <= world.now)
        throw new Error(`${job.id} outlived its time`);
    }
  }
}

test("jobs and runs do what the model says, whatever is asked in whatever order", () => {
  const statuses = new Set<string>();
  let executed = 0;
  fc.assert(
    fc.property(fc.array(command, { minLength: COMMANDS / 2, maxLength: COMMANDS }), (commands) => {
      const beside = new Beside();
      for (const one of commands) {
        beside.run(one);
        beside.model.settleStreams();
        checkWorld(beside.world, beside.model, beside.status);
        executed += 1;
      }
      for (const job of beside.world.all("job")) statuses.add(job.status);
    }),
    { numRuns: RUNS },
  );
  expect(executed).toBeGreaterThan((RUNS * COMMANDS) / 2 - 1);
  expect([...statuses].sort()).toEqual([
    "cancelled",
    "completed",
    "failed",
    "queued",
    "running",
    "timed_out",
    "waiting",
  ]);
}, 60_000);
