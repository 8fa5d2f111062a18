import type { TrackRecord } from "../../domain/agents/answers.ts";
import type { Candidate } from "../../domain/agents/contract.ts";
import { type FormatMoment, formatCount, formatPercent, formatPlural } from "../ui/format.ts";
import type { Decision } from "./decision-filters.ts";

/** A decision in words. All are pure. */

/** Whether a decision was made elsewhere and only recorded here, without weights. */
export const isFromElsewhere = ({ weights }: Pick<Decision, "weights">): boolean => weights === null;

/** How many agents could take the task, and how many candidates there were. */
export function candidateCounts({ candidates }: Pick<Decision, "candidates">): { able: number; all: number } {
  return { able: candidates.filter(({ excluded }) => excluded === undefined).length, all: candidates.length };
}

/** A score with three digits. */
export const scoreText = (score: number | null): string => (score === null ? "–" : score.toFixed(3));

/** The number of the attempt, or where the decision was made. */
export function tryText(decision: Pick<Decision, "weights" | "retryAttempts" | "fallbackOf">): string {
  const attempt = (decision.retryAttempts ?? 0) + 1;
  if (attempt > 1) return `try ${attempt}`;
  return isFromElsewhere(decision) ? "made elsewhere" : "first try";
}

/** Why an agent was excluded, in words; reasons recorded from elsewhere are shown as they are. */
export function exclusionText(excluded: string, moment: FormatMoment): string {
  const missing = /^capability (.+) is missing$/.exec(excluded);
  if (missing) return `It does not have the capability ${missing[1]}.`;
  const until = /^breaker (\w+) until (\S+)$/.exec(excluded);
  if (until) return `Its breaker was ${breakerText(until[1])} until ${moment(until[2] ?? "", "second")}.`;
  if (excluded === "breaker half_open, no trial is free") return "Its breaker was half open, and no trial was free.";
  const breaker = /^breaker (\w+)$/.exec(excluded);
  if (breaker) return `Its breaker was ${breakerText(breaker[1])}.`;
  const busy = /^no free slot: (\d+) of (\d+) busy$/.exec(excluded);
  if (busy) return `It had no free slot: ${busy[1]} of ${busy[2]} were busy.`;
  if (excluded === "draining") return "It was draining and took no new work.";
  if (excluded === "excluded by the caller") return "The caller excluded it.";
  const tried = /^tried already by (\S+)$/.exec(excluded);
  if (tried) return "It had been tried for this task before.";
  return excluded;
}

const breakerText = (state = ""): string =>
  state.replace("forced_open", "forced open").replace("half_open", "half open");

/** Who was chosen and why, in one sentence. */
export function whyChosen(decision: Decision): string {
  const { selectedAgent: agent, candidates } = decision;
  if (isFromElsewhere(decision)) {
    return `${agent} was chosen elsewhere; Switchyard only recorded it, and did not weigh the candidates.`;
  }
  const able = candidates.filter(({ excluded }) => excluded === undefined);
  const chosen = able.find(({ agentKey }) => agentKey === agent);
  const others = able.filter(({ agentKey }) => agentKey !== agent);
  const left = candidates.length - able.length;
  const leftOut = left === 0 ? "" : `; ${formatPlural(left, "other was", "others were")} excluded`;
  const trial = chosen?.trial ? " It is a trial of its half-open breaker." : "";
  if (others.length === 0) return `${agent} was the only one that could take the task${leftOut}.${trial}`;
  const best = Math.max(...others.map(({ score }) => score));
  const score = chosen?.score ?? decision.agentScore ?? 0;
  const of = formatPlural(able.length, "agent");
  if (score > best) {
    return `${agent} had the best score of the ${of} that could take the task: ${scoreText(score)}, ahead of ${scoreText(best)}${leftOut}.${trial}`;
  }
  if (score === best) {
    return `${agent} shared the best score of the ${of} that could take the task, ${scoreText(score)}; of equal ones the first by key is chosen${leftOut}.${trial}`;
  }
  return `${agent} was chosen over others with a higher score, as the task has raised priority and theirs would have been trials of half-open breakers${leftOut}.`;
}

/** An agent's success rate as evidence: `94% on review, n = 120`. */
export function recordText(record: TrackRecord, taskType: string): string {
  if (record.successRate === null) return "no outcomes known";
  const on = record.basis === "task_type" ? `on ${taskType}` : "on all its work";
  return `${formatPercent(record.successRate)} ${on}, n = ${formatCount(record.sample)}`;
}

/** A part of a score: its value, its weight, and its share of the bar (0–1). */
export interface ScorePart {
  name: "success" | "speed" | "load";
  value: number;
  weight: number;
  share: number;
}

/**
 * The parts of a candidate's score; empty when they were not recorded. Their shares add up to the
 * score.
 */
export function scoreParts({ parts }: Candidate, weights: Decision["weights"]): ScorePart[] {
  if (!parts || !weights) return [];
  const sum = weights.success + weights.speed + weights.load;
  return (["success", "speed", "load"] as const).map((name) => ({
    name,
    value: parts[name],
    weight: weights[name],
    share: (parts[name] * weights[name]) / sum,
  }));
}

/** The evidence behind a score. */
export function basisText({ parts }: Candidate, taskType: string): string {
  if (!parts) return "no parts recorded";
  if (parts.sample === 0) return "no outcomes yet";
  const what = parts.basis === "task_type" ? ` of ${taskType}` : parts.basis === "overall" ? " of all kinds" : "";
  return `${formatPlural(parts.sample, "outcome")}${what}`;
}
