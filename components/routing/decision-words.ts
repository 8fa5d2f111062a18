import type { TrackRecord } from "../../domain/agents/answers.ts";
import type { Candidate } from "../../domain/agents/contract.ts";
import { type FormatMoment, formatCount, formatPercent, formatPlural } from "../ui/format.ts";
import type { Decision } from "./decision-filters.ts";

/** A decision in words. All are pure. */

/** Decisions made elsewhere were told as they were: nothing was weighed here. */
export const isFromElsewhere = ({ weights }: Pick<Decision, "weights">): boolean => weights === null;

/** How many agents could take the task, and how many were looked at. */
export function candidateCounts({ candidates }: Pick<Decision, "candidates">): { able: number; all: number } {
  return { able: candidates.filter(({ excluded }) => excluded === undefined).length, all: candidates.length };
}

/** A score as people compare it: three digits. */
export const scoreText = (score: number | null): string => (score === null ? "–" : score.toFixed(3));

/** Which try it is, or where it comes from. */
export function tryText(decision: Pick<Decision, "weights" | "retryAttempts" | "fallbackOf">): string {
  const attempt = (decision.retryAttempts ?? 0) + 1;
  if (attempt > 1) return `try ${attempt}`;
  return isFromElsewhere(decision) ? "made elsewhere" : "first try";
}

/** Why an agent could not be taken, for people: the reasons of routing are told in words, those of others as they were told. */
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
  if (excluded === "draining") return "It was draining: it takes nothing new.";
  if (excluded === "excluded by the caller") return "The caller did not want it.";
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
    return `${agent} was chosen elsewhere; Switchyard was told so, and did not weigh the candidates itself.`;
  }
  const able = candidates.filter(({ excluded }) => excluded === undefined);
  const chosen = able.find(({ agentKey }) => agentKey === agent);
  const others = able.filter(({ agentKey }) => agentKey !== agent);
  const left = candidates.length - able.length;
  const leftOut = left === 0 ? "" : `; ${formatPlural(left, "other was", "others were")} left out`;
  const trial = chosen?.trial ? " It is a trial of its half-open breaker." : "";
  if (others.length === 0) return `${agent} was the only one that could take the task${leftOut}.${trial}`;
  const best = Math.max(...others.map(({ score }) => score));
  const score = chosen?.score ?? decision.agentScore ?? 0;
  const of = formatPlural(able.length, "agent");
  if (score > best) {
    return `${agent} had the best score of the ${of} that could take the task: ${scoreText(score)}, before ${scoreText(best)}${leftOut}.${trial}`;
  }
  if (score === best) {
    return `${agent} shared the best score of the ${of} that could take the task, ${scoreText(score)}; of equal ones the first by key is taken${leftOut}.${trial}`;
  }
  return `${agent} was taken before others with a higher score, as the task has raised priority and theirs would have been trials of half-open breakers${leftOut}.`;
}

/** How an agent does, as evidence: `94% on review, n = 120`. */
export function recordText(record: TrackRecord, taskType: string): string {
  if (record.successRate === null) return "no outcomes known";
  const on = record.basis === "task_type" ? `on ${taskType}` : "on all its work";
  return `${formatPercent(record.successRate)} ${on}, n = ${formatCount(record.sample)}`;
}

/** A part of a score: how good it was, how much it counts, and what share of the whole bar that is (0–1). */
export interface ScorePart {
  name: "success" | "speed" | "load";
  value: number;
  weight: number;
  share: number;
}

/** What a candidate's score is made of; empty when the parts were not told. Their shares add up to the score. */
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

/** What a score rests on. */
export function basisText({ parts }: Candidate, taskType: string): string {
  if (!parts) return "parts not told";
  if (parts.sample === 0) return "no outcomes yet";
  const what = parts.basis === "task_type" ? ` of ${taskType}` : parts.basis === "overall" ? " of all kinds" : "";
  return `${formatPlural(parts.sample, "outcome")}${what}`;
}
