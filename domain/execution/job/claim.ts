import { z } from "zod";
import { addBusy, ensureAgent } from "../../agents/agent-row.ts";
import { freeTrialSlots, takePermit } from "../../agents/breaker/breaker-row.ts";
import { id, iso, json, label, ms } from "../../kernel/primitives.ts";
import { isFinalRun } from "../../kernel/statuses.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import type { Job } from "../contract.ts";
import { newQueue, roomIn } from "../queue.ts";
import { openAttempt } from "./attempt.ts";
import { moveRun } from "./cascade.ts";
import { byClaimOrder, canTake, freeSlots, givesJobs } from "./claim-order.ts";
import { countJob } from "./counts.ts";
import { legalJobMoves } from "./job.ts";
import { emitJob } from "./moves.ts";

const leaseMs = z.int().min(100).max(DAY_MS);

export const jobClaim = z.strictObject({
  type: z.literal("job.claim"),
  agentKey: id,
  /** What the claimer can do, beyond what its agent registered. */
  capabilities: z.array(label).max(100).optional(),
  /** Only from these queues; all of them when left out. */
  queues: z.array(id).min(1).max(100).optional(),
  max: z.int().min(1).max(100),
  leaseMs,
});

export const jobStart = z.strictObject({
  type: z.literal("job.start"),
  jobId: id,
  agentKey: id,
  leaseMs: leaseMs.optional(),
});

export const jobHeartbeat = z.strictObject({
  type: z.literal("job.heartbeat"),
  jobId: id,
  leaseToken: label,
  progress: json.optional(),
});

/** A job as its claimer gets it: the only answer that carries the lease token. */
export type ClaimedJob = Job;

/**
 * Gives an agent up to `max` jobs that it can do, highest priority first, then the longest due. A
 * breaker that is open gives none, a half-open one no more than its free trials, a draining agent
 * none; an agent with a stated capacity gets no more than it has slots free. A paused queue gives
 * none, one with a concurrency no more than that leaves.
 */
export function claimJobs(tx: Tx, m: z.infer<typeof jobClaim>): { jobs: ClaimedJob[] } {
  const agent = ensureAgent(tx, m.agentKey);
  const max = agent.draining ? 0 : Math.min(m.max, freeSlots(agent), freeTrialSlots(tx, m.agentKey));
  if (max <= 0) return { jobs: [] };
  const capabilities = new Set([...agent.capabilities, ...(m.capabilities ?? [])]);
  const queues = m.queues ?? null;
  const fits = (job: Readonly<Job>) =>
    job.status === "queued" &&
    job.runAt <= tx.at &&
    canTake(agent, job, m.capabilities) &&
    (queues === null || queues.includes(job.queue));
  const query = { agentKey: m.agentKey, capabilities: [...capabilities], queues, at: tx.at };
  const seen = new Set<string>();
  let except: string[] = [];
  for (let want = max + MARGIN; ; want = MAX_WANTED) {
    const ids = tx.ids({ set: "claimable-jobs", ...query, except, max: want });
    for (const jobId of ids) seen.add(jobId);
    const { best, full } = bestOf(tx, [...seen], fits, max);
    const more = best.length < max && ids.length >= want;
    const passed = full.filter((queue) => !except.includes(queue));
    // What stood in front may have been taken by others of the same batch, or wait in queues that
    // are full: then it looks further down.
    if (!more || (passed.length === 0 && want >= MAX_WANTED)) {
      return { jobs: best.map((job) => startJob(tx, job, m.agentKey, m.leaseMs)) };
    }
    except = [...except, ...passed];
  }
}

/**
 * How many more jobs a claim looks at than it wants: earlier commits of the same batch may take
 * some.
 */
const MARGIN = 50;
/** How far down the queue it looks when that was not enough. */
const MAX_WANTED = 1000;

/**
 * The first `max` that fit and that their queues have room for, in the order of urgency, and the
 * queues that are full then. A run that has ended may still have queued jobs, until its cascade is
 * through.
 */
function bestOf(tx: Tx, ids: readonly string[], fits: (job: Readonly<Job>) => boolean, max: number) {
  const candidates = ids
    .map((jobId) => tx.get("job", jobId))
    .filter((job): job is Job => job !== undefined && fits(job))
    .sort(byClaimOrder);
  const best: Job[] = [];
  const room = new Map<string, number>();
  for (const job of candidates) {
    if (best.length === max) break;
    const left = room.get(job.queue) ?? roomIn(tx.get("queue", job.queue) ?? newQueue(tx, job.queue));
    room.set(job.queue, left);
    if (left === 0 || !givesJobs(must(tx, "run", job.runId).status)) continue;
    best.push(job);
    room.set(job.queue, left - 1);
  }
  const full = [...room].flatMap(([queue, left]) => (left === 0 ? [queue] : []));
  return { best, full };
}

/**
 * Starts one job for an agent that its orchestrator has chosen itself: neither the breaker is
 * asked, of which a free trial is taken, nor the queue, nor the agent's capacity. What it starts
 * counts, so that claims get the fewer.
 */
export function startJobByRequest(tx: Tx, m: z.infer<typeof jobStart>): ClaimedJob {
  const job = must(tx, "job", m.jobId);
  if (job.status !== "queued") {
    throw new Refusal("illegal_transition", `job ${job.id} is ${job.status} and cannot be started`, {
      legal: legalJobMoves(job.status),
    });
  }
  if (job.agentKey && job.agentKey !== m.agentKey) {
    throw new Refusal("not_claimable", `job ${job.id} is for agent ${job.agentKey} only`);
  }
  const run = must(tx, "run", job.runId);
  if (isFinalRun(run.status)) throw new Refusal("run_is_final", `run ${run.id} is ${run.status}: nothing starts on it`);
  ensureAgent(tx, m.agentKey);
  return startJob(tx, job, m.agentKey, m.leaseMs ?? null);
}

/**
 * Extends a lease. It reaches the log only with progress, or when under half of the lease is left:
 * workers may beat as often as they like.
 */
export function heartbeatJob(tx: Tx, m: z.infer<typeof jobHeartbeat>): Job {
  const job = must(tx, "job", m.jobId);
  mustHoldLease(job, m.leaseToken);
  const left = job.leaseExpiresAt ? ms(job.leaseExpiresAt) - ms(tx.at) : Number.POSITIVE_INFINITY;
  const due = job.leaseMs !== null && left < job.leaseMs / 2;
  if (m.progress === undefined && !due) return job;
  const leaseExpiresAt = job.leaseMs === null ? null : iso(ms(tx.at) + job.leaseMs);
  tx.put("job", { ...job, leaseExpiresAt, progress: m.progress ?? job.progress, updatedAt: tx.at });
  emitJob(tx, "job.heartbeat_received", job, { leaseExpiresAt, progress: m.progress ?? job.progress });
  return must(tx, "job", job.id);
}

/**
 * Fencing: a token must belong to the present lease; a late result of an expired lease is refused.
 */
export function mustHoldLease(job: Readonly<Job>, leaseToken: string | undefined): void {
  if (leaseToken === undefined) return;
  if (job.status === "running" && job.leaseToken === leaseToken) return;
  throw new Refusal(
    "lease_lost",
    `the lease on job ${job.id} is no longer held: the job is ${job.status}, attempt ${job.attempt}`,
    {
      legal: legalJobMoves(job.status),
    },
  );
}

function startJob(tx: Tx, job: Readonly<Job>, agentKey: string, lease: number | null): Job {
  const { permitId, epoch } = takePermit(tx, agentKey, lease !== null || job.timeoutMs !== null);
  const attempt = openAttempt(tx, job, agentKey);
  tx.put("job", {
    ...job,
    status: "running",
    attempt: attempt.number,
    claimedBy: agentKey,
    leaseToken: tx.newSecret(),
    leaseMs: lease,
    leaseExpiresAt: lease === null ? null : iso(ms(tx.at) + lease),
    timeoutAt: job.timeoutMs === null ? null : iso(ms(tx.at) + job.timeoutMs),
    permitId,
    breakerEpoch: epoch,
    progress: null,
    startedAt: tx.at,
    updatedAt: tx.at,
  });
  countJob(tx, job, "queued", "running");
  addBusy(tx, agentKey, 1, true);
  const started = must(tx, "job", job.id);
  const { queuedAt } = attempt;
  const { leaseExpiresAt, timeoutAt, maxAttempts, attemptBase } = started;
  emitJob(tx, "job.started", started, {
    queuedAt,
    leaseExpiresAt,
    timeoutAt,
    maxAttempts,
    attemptBase,
    trial: permitId !== null,
  });
  const run = must(tx, "run", job.runId);
  if (run.status === "pending") moveRun(tx, run, "running", "its first job started");
  return started;
}
