import type { Agent } from "../../agents/contract.ts";
import { compareText } from "../../kernel/compare.ts";
import { isFinalRun, type RunStatus } from "../../kernel/statuses.ts";
import type { Job } from "../contract.ts";

/**
 * Which job a claim takes first: the highest priority, then the one that has been due the longest,
 * then by id. The statements that look for claimable jobs, and those that count how many come
 * before one, sort the same.
 */
export function byClaimOrder(a: ClaimPlace, b: ClaimPlace): number {
  return b.priority - a.priority || compareText(a.runAt, b.runAt) || compareText(a.id, b.id);
}

export type ClaimPlace = Pick<Job, "priority" | "runAt" | "id">;

/**
 * Whether a job is one that this agent may take: what it needs, and whom it is for. `more`: what a
 * claim says the agent can do beyond that.
 */
export function canTake(
  agent: Pick<Agent, "id" | "capabilities">,
  job: Pick<Job, "capability" | "agentKey">,
  more: readonly string[] = [],
): boolean {
  const { capability } = job;
  const isAble = capability === null || agent.capabilities.includes(capability) || more.includes(capability);
  return isAble && (job.agentKey === null || job.agentKey === agent.id);
}

/** How many more jobs an agent takes, its breaker aside: any number until it states a capacity. */
export const freeSlots = (agent: Pick<Agent, "bounded" | "capacity" | "busy">): number =>
  agent.bounded ? agent.capacity - agent.busy : Number.POSITIVE_INFINITY;

/** Whether anything of a run in this status is still given to claims. */
export const givesJobs = (status: RunStatus): boolean => !isFinalRun(status);
