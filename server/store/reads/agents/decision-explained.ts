import type { ExplainedDecision, TrackRecord } from "../../../../domain/agents/answers.ts";
import type { Candidate } from "../../../../domain/agents/contract.ts";
import type { JobStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { readRow } from "../kernel/one-row.ts";
import { wiresOf } from "../kernel/wire-rows.ts";

/** Longest chain of fallbacks followed. */
const MAX_FALLBACKS = 100;

/** A decision with its candidates and what happened next; null when there is none with that id. */
export async function explainDecision(db: TenantClient, decisionId: string): Promise<ExplainedDecision | null> {
  const decision = await readRow(db, "decision", decisionId);
  if (!decision) return null;
  const candidates = sorted(decision);
  const second = candidates.find(
    ({ agentKey, excluded }) => excluded === undefined && agentKey !== decision.selectedAgent,
  );
  const [chosen, secondChoice, fallbacks, job] = await Promise.all([
    recordOf(db, decision.taskType, decision.selectedAgent, decision.agentScore ?? 0),
    second ? recordOf(db, decision.taskType, second.agentKey, second.score) : null,
    fallbacksOf(db, decisionId),
    decision.jobId === null ? null : jobOf(db, decision.jobId),
  ]);
  return { ...decision, candidates, explanation: { chosen, secondChoice, fallbacks, job } };
}

/** Candidates by rank; those recorded by clients come in any order. */
function sorted({ candidates, selectedAgent }: Wire<"decision">): Candidate[] {
  const chosen = ({ agentKey }: Candidate) => Number(agentKey === selectedAgent);
  const out = ({ excluded }: Candidate) => Number(excluded !== undefined);
  return [...candidates].sort((a, b) => chosen(b) - chosen(a) || out(a) - out(b) || b.score - a.score);
}

async function recordOf(db: TenantClient, taskType: string, agentKey: string, score: number): Promise<TrackRecord> {
  const { _sum: sum } = await db.tally.aggregate({
    where: { agentKey, taskType, width: "hour" },
    _sum: { total: true, successful: true },
  });
  const rate = (successful: number, total: number) => (total > 0 ? successful / total : null);
  if (sum.total) {
    const successRate = rate(sum.successful ?? 0, sum.total);
    return { agentKey, score, successRate, sample: sum.total, basis: "task_type" };
  }
  const overall = await db.statistics.findFirst({ where: { id: agentKey } });
  const { successful = 0, total = 0 } = overall ?? {};
  return { agentKey, score, successRate: rate(successful, total), sample: total, basis: "overall" };
}

async function fallbacksOf(db: TenantClient, decisionId: string): Promise<Wire<"decision">[]> {
  const found: Wire<"decision">[] = [];
  for (let next = [decisionId]; next.length > 0 && found.length < MAX_FALLBACKS; ) {
    const rows = await db.routingDecision.findMany({
      where: { fallbackOf: { in: next } },
      orderBy: [{ routedAt: "asc" }, { seq: "asc" }],
      take: MAX_FALLBACKS - found.length,
    });
    found.push(...wiresOf("decision", rows));
    next = rows.map(({ id }) => id);
  }
  return found;
}

async function jobOf(db: TenantClient, jobId: string): Promise<ExplainedDecision["explanation"]["job"]> {
  const job = await readRow(db, "job", jobId);
  if (!job) return null;
  const { status, attempt, claimedBy, finishedAt }: { status: JobStatus } & Wire<"job"> = job;
  return { jobId, status, attempt, claimedBy, finishedAt };
}
