import type { BreakerStateName } from "../../kernel/statuses.ts";
import type { Candidate, Weights } from "../contract.ts";
import { percentile, wilsonLowerBound } from "../figures.ts";
import type { AgentFigures } from "../tally.ts";

/**
 * Which agent a task goes to, as a pure function of what is known of all of them (docs/routing.md
 * explains it to users).
 *
 * Left out, each with its reason: agents without the capability, those that drain, those whose
 * breaker lets nothing through (a half-open one lets through its free trials), those without a free
 * slot, those that were tried before or that the caller does not want.
 *
 * The others get a score from 0 to 1, the weighted mean of three parts, each from 0 to 1: success
 * Wilson's lower bound of the success rate, as if the agent had begun with ten calls of which eight
 * succeeded: newcomers get their chance, and a few lucky calls do not outrank a long record. Of
 * this type of task if there is enough of it, else of all its work. speed    the fastest
 * candidate's median duration over the agent's own; the middle when nothing is known. load     the
 * share of its slots that is free. The best score wins, equal ones go by key. A task of raised
 * priority is no trial: it goes to a half-open agent only when no other can take it.
 */

export const DEFAULT_WEIGHTS: Weights = { success: 0.6, speed: 0.2, load: 0.2 };

/** What an agent without outcomes is taken to have done. */
const PRIOR = { total: 10, successful: 8 };

/** Outcomes of one type of task that say more than those of all types. */
export const ENOUGH_OF_TYPE = 20;

type Record = Pick<AgentFigures, "total" | "successful" | "histogram">;

/** An agent as routing sees it. */
export interface AgentSeen {
  agentKey: string;
  capabilities: readonly string[];
  capacity: number;
  /** It has stated its capacity; a guessed one excludes nothing. */
  bounded: boolean;
  busy: number;
  draining: boolean;
  breaker: { state: BreakerStateName; resetAt: string | null };
  /** Calls that its breaker lets start now; infinite when it counts none. */
  slots: number;
  overall: Record;
  /** Of the type of task at hand, of late. */
  ofType: Record;
}

export interface Asked {
  requiredCapability: string | null;
  priority: number | null;
  weights: Weights;
  /** Agents that are not to be taken, and why. */
  unwanted: ReadonlyMap<string, string>;
}

/**
 * All agents, the chosen one first if any can take the task: then the others that could, then those
 * left out, each with its score. Last are those that lack the capability: only the best are kept,
 * and they say least.
 */
export function rankCandidates(agents: readonly AgentSeen[], asked: Asked): Candidate[] {
  const known = agents.map((agent) => ({ agent, ...basisOf(agent), excluded: exclusionOf(agent, asked) }));
  const medians = known.flatMap(({ excluded, median }) => (excluded === null && median !== null ? [median] : []));
  const fastest = medians.length > 0 ? Math.min(...medians) : null;
  const ranked = known.map(({ agent, record, basis, median, excluded }): Candidate => {
    const parts = { success: successOf(record), speed: speedOf(median, fastest), load: freeShareOf(agent) };
    const trial = excluded === null && Number.isFinite(agent.slots);
    return {
      agentKey: agent.agentKey,
      score: rounded(meanOf(parts, asked.weights)),
      parts: {
        success: rounded(parts.success),
        speed: rounded(parts.speed),
        load: rounded(parts.load),
        sample: record.total,
        basis,
      },
      ...(trial && { trial }),
      ...(excluded !== null && { excluded }),
    };
  });
  const lacking = new Set(agents.flatMap((agent) => (lacksCapability(agent, asked) ? [agent.agentKey] : [])));
  const careful = (asked.priority ?? 0) > 0;
  return ranked.sort(
    (a, b) =>
      Number(a.excluded !== undefined) - Number(b.excluded !== undefined) ||
      Number(lacking.has(a.agentKey)) - Number(lacking.has(b.agentKey)) ||
      (careful ? Number(a.trial ?? false) - Number(b.trial ?? false) : 0) ||
      b.score - a.score ||
      (a.agentKey < b.agentKey ? -1 : 1),
  );
}

const lacksCapability = ({ capabilities }: AgentSeen, { requiredCapability }: Asked): boolean =>
  requiredCapability !== null && !capabilities.includes(requiredCapability);

/** The first reason for which an agent cannot take the task, or null. */
function exclusionOf(agent: AgentSeen, asked: Asked): string | null {
  const { breaker, capacity, busy } = agent;
  if (lacksCapability(agent, asked)) return `capability ${asked.requiredCapability} is missing`;
  const reason = asked.unwanted.get(agent.agentKey);
  if (reason !== undefined) return reason;
  if (agent.draining) return "draining";
  if (agent.slots <= 0) {
    if (breaker.state === "half_open") return "breaker half_open, no trial is free";
    return breaker.resetAt ? `breaker ${breaker.state} until ${breaker.resetAt}` : `breaker ${breaker.state}`;
  }
  if (agent.bounded && busy >= capacity) return `no free slot: ${busy} of ${capacity} busy`;
  return null;
}

function basisOf({ overall, ofType }: AgentSeen) {
  const enough = ofType.total >= ENOUGH_OF_TYPE;
  const record = enough ? ofType : overall;
  const basis: "task_type" | "overall" = enough ? "task_type" : "overall";
  return { record, basis, median: percentile(record.histogram, 0.5) };
}

const successOf = ({ total, successful }: Record): number =>
  wilsonLowerBound(successful + PRIOR.successful, total + PRIOR.total);

const speedOf = (median: number | null, fastest: number | null): number =>
  median === null || fastest === null ? 0.5 : Math.min(1, fastest / median);

/** The free share of an agent without a stated capacity is unknown: it shrinks with its jobs. */
function freeShareOf({ bounded, capacity, busy }: AgentSeen): number {
  if (!bounded) return 1 / (1 + busy);
  return capacity > 0 ? Math.max(0, capacity - busy) / capacity : 0;
}

function meanOf(parts: Weights, weights: Weights): number {
  const sum = weights.success + weights.speed + weights.load;
  return (parts.success * weights.success + parts.speed * weights.speed + parts.load * weights.load) / sum;
}

/** Digits beyond these mean nothing, and make equal scores differ. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
