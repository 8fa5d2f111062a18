import type { BreakerState } from "../agents/breaker/machine.ts";
import { trialSlots } from "../agents/breaker/machine.ts";
import type { Agent } from "../agents/contract.ts";
import { ms } from "../kernel/primitives.ts";
import type { RunStatus } from "../kernel/statuses.ts";
import type { Approval, Job, Queue } from "./contract.ts";
import { freeSlots, givesJobs } from "./job/claim-order.ts";
import { roomIn } from "./queue.ts";
import type { DependencyFacts } from "./timeline.ts";
import type { WaitCode, WaitReason } from "./waiting-answers.ts";
import * as say from "./waiting-words.ts";

export type CandidateFacts = Pick<
  Agent,
  "id" | "displayName" | "capabilities" | "capacity" | "bounded" | "busy" | "draining" | "drainReason" | "lastSeenAt"
> & { breaker: BreakerState | null };

export type QueueFacts = Pick<Queue, "id" | "paused" | "pauseReason" | "concurrency" | "jobCounts"> & {
  pausedBy: string | null;
  pausedAt: string | null;
};

export type ApprovalFacts = Pick<
  Approval,
  "id" | "title" | "status" | "requiredApprovals" | "decisions" | "requestedBy" | "expiresAt" | "createdAt"
>;

/** Jobs that a claim takes before this one, for the agent that has the fewest of them. */
export interface Before {
  /** That agent. */
  agentKey: string;
  /** Of its own queue. */
  inQueue: number;
  /** Of these, how many have a higher priority. */
  higher: number;
  /**
   * Of other queues that give something now: they come first for an agent that claims from any
   * queue.
   */
  elsewhere: number;
}

/** What is needed to say why a job waits. */
export interface WaitFacts {
  at: string;
  job: Readonly<Job>;
  runStatus: RunStatus;
  /** The jobs that it depends on. */
  parents: readonly DependencyFacts[];
  approval: ApprovalFacts | null;
  queue: QueueFacts;
  /** The registered agents that can take it. */
  candidates: readonly CandidateFacts[];
  /** Of those that could take it now, or of all if none can; null where it was not counted. */
  before: Before | null;
}

/** An agent that was last seen this long ago counts as away. */
const SILENT_MS = 300_000;

/** All causes that hold, the deciding one first. */
export function whyWaiting(facts: WaitFacts): WaitReason[] {
  const { job, runStatus, at } = facts;
  if (job.status === "running") return expiredLease(job, at);
  if (job.status !== "waiting" && job.status !== "queued") return [];
  if (!givesJobs(runStatus)) return [reason("run_ended", "warning", say.runEnded(runStatus))];
  const later = job.status === "waiting" ? whatItWaitsFor(facts) : [];
  const due = ms(job.runAt) <= ms(at);
  const timed = due ? [] : [untilDue(job)];
  const queue = queueReasons(facts.queue);
  // Who is busy now, and what comes first, says nothing of a job that cannot start yet.
  const startable = job.status === "queued" && due;
  const agents = agentReasons(facts, startable);
  const order = startable && facts.before ? placeOf(facts, facts.before) : [];
  const reasons = [...later, ...timed, ...queue, ...agents, ...order];
  const next = startable && !reasons.some(({ holds }) => holds) ? [nextOf(facts)] : [];
  return [...reasons, ...next];
}

/** How an agent stands to one more job. */
type Standing = "able" | "draining" | "open" | "trials" | "busy";

/** Whether an agent would be given a job by a claim now, and if not, why. */
export function standingOf(agent: CandidateFacts, at: string): Standing {
  if (agent.draining) return "draining";
  if (agent.breaker && trialSlots(agent.breaker, ms(at)) <= 0) {
    return agent.breaker.state === "half_open" ? "trials" : "open";
  }
  return freeSlots(agent) > 0 ? "able" : "busy";
}

function whatItWaitsFor({ job, parents, approval }: WaitFacts): WaitReason[] {
  const open = parents.filter((parent) => parent.status !== "completed");
  const reasons: WaitReason[] = [];
  if (open.length > 0) reasons.push(reason("dependencies", "info", say.dependencies(open, job.runId), { jobs: open }));
  if (approval?.status === "pending") {
    const text = say.approval(approval, approval.createdAt === job.escalatedAt);
    reasons.push(reason("approval", "warning", text, { approvalId: approval.id, until: approval.expiresAt }));
  }
  // It has all it waited for: a long cascade goes on in batches.
  return reasons.length > 0 ? reasons : [reason("release_due", "info", say.releaseDue)];
}

function untilDue(job: Readonly<Job>): WaitReason {
  const used = job.attempt - job.attemptBase;
  if (used <= 0) return reason("schedule", "info", say.scheduled, { until: job.runAt });
  return reason("backoff", "info", say.backoff(used, job.maxAttempts), { until: job.runAt });
}

function queueReasons(queue: QueueFacts): WaitReason[] {
  const reasons: WaitReason[] = [];
  if (queue.paused) reasons.push(reason("queue_paused", "warning", say.queuePaused(queue), { queue: queue.id }));
  // Resumed, it would still have no room.
  if (roomIn({ ...queue, paused: false }) <= 0) {
    reasons.push(reason("queue_full", "info", say.queueFull(queue), { queue: queue.id }));
  }
  return reasons;
}

function agentReasons({ job, candidates, at }: WaitFacts, startable: boolean): WaitReason[] {
  if (candidates.length === 0) return [reason("no_agent", "warning", say.noAgent(job))];
  const of = (standing: Standing) => candidates.filter((agent) => standingOf(agent, at) === standing);
  const able = of("able");
  if (able.length > 0) {
    const isSilent = able.every((agent) => ms(at) - ms(agent.lastSeenAt) > SILENT_MS);
    if (!isSilent || !startable) return [];
    const text = say.silent(able, at);
    return [reason("agents_silent", "warning", text, { agents: keys(able), holds: false })];
  }
  const reasons: WaitReason[] = [];
  const add = (code: WaitCode, tone: WaitReason["tone"], who: CandidateFacts[], more: Partial<WaitReason> = {}) => {
    if (who.length > 0) reasons.push(reason(code, tone, say.agents(code, who), { agents: keys(who), ...more }));
  };
  add("breaker_open", "critical", of("open"), { until: soonest(of("open")) });
  add("breaker_trials", "warning", of("trials"));
  add("agents_draining", "warning", of("draining"));
  if (startable) add("agents_busy", "info", of("busy"));
  // With one of them only busy, or let through again before then, the job can start when its time
  // has come.
  const inTime = candidates.some(
    (agent) => standingOf(agent, at) === "busy" || (standingOf(agent, at) === "open" && opensBy(agent, job.runAt)),
  );
  return startable || !inTime ? reasons : [];
}

/** Whether the breaker of an agent that is open now lets calls through again by a time. */
const opensBy = ({ breaker }: CandidateFacts, time: string): boolean =>
  breaker?.resetAt != null && ms(breaker.resetAt) <= ms(time);

const soonest = (agents: readonly CandidateFacts[]): string | null =>
  agents.flatMap(({ breaker }) => breaker?.resetAt ?? []).sort()[0] ?? null;

function placeOf({ queue }: WaitFacts, before: Before): WaitReason[] {
  if (before.inQueue === 0) return [];
  const more = { queue: queue.id, before: before.inQueue, agents: [before.agentKey] };
  return [reason("priority", "info", say.priority(queue.id, before), more)];
}

function nextOf({ candidates, before, at }: WaitFacts): WaitReason {
  const able = candidates.filter((agent) => standingOf(agent, at) === "able");
  const text = say.next(able, before?.elsewhere ?? 0);
  return reason("next", "info", text, { agents: keys(able).slice(0, 3), holds: false, before: 0 });
}

function expiredLease(job: Readonly<Job>, at: string): WaitReason[] {
  if (job.leaseExpiresAt === null || ms(job.leaseExpiresAt) > ms(at)) return [];
  const agents = job.claimedBy === null ? [] : [job.claimedBy];
  return [reason("lease_expired", "warning", say.leaseExpired(job.claimedBy), { agents })];
}

const keys = (agents: readonly CandidateFacts[]): string[] => agents.map((agent) => agent.id);

function reason(code: WaitCode, tone: WaitReason["tone"], text: string, more: Partial<WaitReason> = {}): WaitReason {
  const nothing = { until: null, jobs: [], agents: [], approvalId: null, queue: null, before: null };
  return { code, holds: true, tone, text, ...nothing, ...more };
}
