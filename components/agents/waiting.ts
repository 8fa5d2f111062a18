import { canTake } from "../../domain/execution/job/claim-order.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { AgentView } from "./agent-rows.ts";
import { holdsUp } from "./agent-standing.ts";

/** The jobs that wait for one agent, by run, the runs with the most first. */
export interface Waiting {
  jobs: number;
  runs: { runId: string; jobs: Wire<"job">[] }[];
}

/** Whether an agent takes no new work now, because of its breaker or a drain. */
export const isHeld = ({ agent, breaker }: Pick<AgentView, "agent" | "breaker">): boolean =>
  agent.draining || holdsUp(breaker.state);

/**
 * Which queued jobs wait for which agent: those that only agents without new work could run. A job
 * that several such agents could run waits for each of them.
 */
export function waitingByAgent(
  jobs: readonly Wire<"job">[],
  agents: readonly Pick<AgentView, "agent" | "breaker">[],
): ReadonlyMap<string, Waiting> {
  const held = new Set(agents.filter(isHeld).map(({ agent }) => agent.agentKey));
  const rows = agents.map(({ agent }) => agent);
  const byAgent = new Map<string, Wire<"job">[]>();
  for (const job of jobs) {
    if (job.status !== "queued") continue;
    const able = rows.filter((agent) => canTake(agent, job));
    if (!able.every(({ agentKey }) => held.has(agentKey))) continue;
    for (const { agentKey } of able) byAgent.set(agentKey, [...(byAgent.get(agentKey) ?? []), job]);
  }
  return new Map([...byAgent].map(([agentKey, own]) => [agentKey, { jobs: own.length, runs: byRun(own) }]));
}

function byRun(jobs: readonly Wire<"job">[]): Waiting["runs"] {
  const runs = new Map<string, Wire<"job">[]>();
  for (const job of jobs) runs.set(job.runId, [...(runs.get(job.runId) ?? []), job]);
  return [...runs]
    .map(([runId, own]) => ({ runId, jobs: own }))
    .sort((a, b) => b.jobs.length - a.jobs.length || (a.runId < b.runId ? -1 : 1));
}
