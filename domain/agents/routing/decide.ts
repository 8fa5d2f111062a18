import { z } from "zod";
import { id, int32, iso, label, ms } from "../../kernel/primitives.ts";
import { must, mustBeNew, Refusal, type Tx } from "../../kernel/tx.ts";
import { acquireBreaker } from "../breaker/breaker.ts";
import { freeTrialSlots } from "../breaker/breaker-row.ts";
import type { Candidate, RoutingDecision } from "../contract.ts";
import { mergeHistograms } from "../figures.ts";
import { type AgentFigures, startOf, WIDTH_MS } from "../tally.ts";
import { type AgentSeen, DEFAULT_WEIGHTS, rankCandidates } from "./score.ts";

/**
 * `routing.decide`: picks the agent for a task (`score.ts` says how), keeps the decision with every
 * candidate, and takes the trial that a half-open breaker lets through; the decision's outcome, or
 * the trial's deadline, ends it. A decision for a job takes no trial, as the job's start does. With
 * `fallbackOf` no agent is taken that was tried before it.
 */

const weight = z.number().min(0).max(1_000_000);

export const routingDecide = z.strictObject({
  type: z.literal("routing.decide"),
  decisionId: id.optional(),
  taskId: id,
  taskType: label,
  requiredCapability: label.optional(),
  priority: int32.optional().meta({ description: "Above 0: no half-open agent, unless nobody else can take it" }),
  runId: id.optional(),
  jobId: id.optional().meta({ description: "The job it is for: its attempts are the outcomes then" }),
  weights: z
    .strictObject({ success: weight.optional(), speed: weight.optional(), load: weight.optional() })
    .refine(
      (given) => Object.values({ ...DEFAULT_WEIGHTS, ...given }).some((value) => value > 0),
      "one of the weights must be above 0",
    )
    .optional()
    .meta({ description: "How much each part of the score counts; what is left out has its default: 0.6, 0.2, 0.2" }),
  exclude: z.array(id).max(200).optional().meta({ description: "Agents not to be taken" }),
  fallbackOf: id.optional().meta({ description: "The decision that came to nothing: its agents are not taken again" }),
});

/**
 * Agents that are looked at: those with the capability come first, of them those that let something
 * through, of them those seen last.
 */
const MAX_AGENTS = 1000;
/** Candidates that a decision keeps. */
const MAX_CANDIDATES = 100;
/** Hourly figures by type of task that are looked at, and how far back. */
const MAX_TALLIES = 5000;
const RECENT_MS = 24 * WIDTH_MS.hour;
const MAX_CHAIN = 100;

export function decideRouting(tx: Tx, m: z.infer<typeof routingDecide>): RoutingDecision {
  const decisionId = m.decisionId ?? tx.newId("dec");
  mustBeNew(tx, "decision", decisionId);
  const job = m.jobId ? must(tx, "job", m.jobId) : null;
  const runId = m.runId ?? job?.runId ?? null;
  if (runId) must(tx, "run", runId);
  if (job && job.runId !== runId) throw new Refusal("not_same_run", `job ${job.id} belongs to run ${job.runId}`);
  const earlier = chainOf(tx, m.fallbackOf ?? null);
  const [last] = earlier;
  if (last && last.taskId !== m.taskId) {
    throw new Refusal("not_permitted", `decision ${last.id} was about task ${last.taskId}, not ${m.taskId}`);
  }
  const weights = { ...DEFAULT_WEIGHTS, ...m.weights };
  const requiredCapability = m.requiredCapability ?? null;
  const unwanted = new Map((m.exclude ?? []).map((agentKey) => [agentKey, "excluded by the caller"]));
  for (const { id: tried, selectedAgent } of earlier) unwanted.set(selectedAgent, `tried already by ${tried}`);
  const seen = seenAgents(tx, requiredCapability, m.taskType);
  const candidates = rankCandidates(seen, { requiredCapability, priority: m.priority ?? null, weights, unwanted });
  const kept = candidates.slice(0, MAX_CANDIDATES);
  const [chosen] = kept;
  if (!chosen || chosen.excluded !== undefined) throw nobody(m.taskId, kept);

  const permit = job ? null : acquireBreaker(tx, { type: "breaker.acquire", agentKey: chosen.agentKey });
  const decision: RoutingDecision = {
    id: decisionId,
    taskId: m.taskId,
    taskType: m.taskType,
    requiredCapability,
    selectedAgent: chosen.agentKey,
    priority: m.priority ?? null,
    agentScore: chosen.score,
    candidates: kept,
    success: null,
    errorMessage: null,
    retryAttempts: last ? (last.retryAttempts ?? 0) + 1 : 0,
    routingDurationMs: null,
    durationMs: null,
    runId,
    jobId: m.jobId ?? null,
    fallbackOf: m.fallbackOf ?? null,
    weights,
    permitId: permit?.permitId ?? null,
    breakerEpoch: permit?.epoch ?? null,
    routedAt: tx.at,
    outcomeAt: null,
    version: 1,
    seq: 0,
  };
  tx.put("decision", decision);
  const { id: _id, version: _version, seq: _seq, routedAt: _routedAt, permitId: _permitId, ...payload } = decision;
  tx.emit({ type: "routing.decided", subject: { kind: "decision", id: decisionId }, runId, payload });
  return decision;
}

/** The decisions that a fallback follows, the last one first. */
function chainOf(tx: Tx, fallbackOf: string | null): Readonly<RoutingDecision>[] {
  const chain: Readonly<RoutingDecision>[] = [];
  for (let next = fallbackOf; next !== null && chain.length < MAX_CHAIN; ) {
    // Of a long chain the oldest may no longer be kept.
    const decision: Readonly<RoutingDecision> | undefined =
      chain.length === 0 ? must(tx, "decision", next) : tx.get("decision", next);
    if (!decision) break;
    chain.push(decision);
    next = decision.fallbackOf;
  }
  return chain;
}

function seenAgents(tx: Tx, capability: string | null, taskType: string): AgentSeen[] {
  const recent = recentOfType(tx, taskType);
  return tx.ids({ set: "agents", capability, limit: MAX_AGENTS }).map((agentKey) => {
    const { capabilities, capacity, bounded, busy, reportedBusy, draining } = must(tx, "agent", agentKey);
    const { state, resetAt } = must(tx, "breaker", agentKey);
    return {
      agentKey,
      capabilities,
      capacity,
      bounded,
      // The queue knows what it gave the agent, the agent what it does besides.
      busy: Math.max(busy, reportedBusy ?? 0),
      draining,
      breaker: { state, resetAt },
      slots: freeTrialSlots(tx, agentKey),
      overall: tx.get("statistics", agentKey) ?? NOTHING,
      ofType: recent.get(agentKey) ?? NOTHING,
    };
  });
}

type Figures = Pick<AgentFigures, "total" | "successful" | "histogram">;
const NOTHING: Figures = { total: 0, successful: 0, histogram: {} };

/** How each agent did at a type of task of late. */
function recentOfType(tx: Tx, taskType: string): Map<string, Figures> {
  const from = iso(ms(startOf(tx.at, WIDTH_MS.hour)) - RECENT_MS);
  const found = new Map<string, Figures>();
  for (const tallyId of tx.ids({ set: "hours-of-type", taskType, from, limit: MAX_TALLIES })) {
    const tally = must(tx, "tally", tallyId);
    const { total, successful, histogram } = found.get(tally.agentKey) ?? NOTHING;
    found.set(tally.agentKey, {
      total: total + tally.total,
      successful: successful + tally.successful,
      histogram: mergeHistograms(histogram, tally.histogram),
    });
  }
  return found;
}

function nobody(taskId: string, candidates: Candidate[]): Refusal {
  const reasons = candidates.map(({ agentKey, excluded }) => `${agentKey}: ${excluded}`).slice(0, 5);
  const more = candidates.length > reasons.length ? ` and ${candidates.length - reasons.length} more` : "";
  const why = candidates.length > 0 ? reasons.join("; ") + more : "there are no agents";
  return new Refusal("no_agent", `no agent can take task ${taskId}: ${why}`, { candidates });
}
