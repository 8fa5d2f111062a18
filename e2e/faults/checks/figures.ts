import type { EventType } from "../../../domain/events.ts";
import { JOB_STATUSES } from "../../../domain/kernel/statuses.ts";
import type { History } from "../history.ts";

/**
 * What is kept as a figure equals a count of what it stands for: jobs of runs, workstreams and
 * queues, slots of agents, outcomes of calls.
 */
export function checkFigures(history: History): string[] {
  return [...checkJobCounts(history), ...checkAgents(history)];
}

function checkJobCounts({ runs, workstreams, queues, jobs }: History): string[] {
  const faults: string[] = [];
  const counted = new Map<string, { [status: string]: number }>();
  for (const job of jobs) {
    for (const owner of [`run ${job.runId}`, `workstream ${job.workstreamId}`, `queue ${job.queue}`]) {
      const counts = counted.get(owner) ?? {};
      counts[job.status] = (counts[job.status] ?? 0) + 1;
      counted.set(owner, counts);
    }
  }
  for (const { kind, id, jobCounts } of [...runs, ...workstreams, ...queues]) {
    const counts = counted.get(`${kind} ${id}`) ?? {};
    for (const status of JOB_STATUSES) {
      if (jobCounts[status] === (counts[status] ?? 0)) continue;
      faults.push(`${kind} ${id} counts ${jobCounts[status]} ${status} jobs; there are ${counts[status] ?? 0}`);
    }
  }
  return faults;
}

const JOB_ENDS: { readonly [type in string]?: boolean } = {
  "job.completed": true,
  "job.failed": false,
  "job.attempt_failed": false,
  "job.timed_out": false,
} satisfies { [T in EventType]?: boolean };

function checkAgents({ events, jobs, agents }: History): string[] {
  const faults: string[] = [];
  const running = new Set<string>();
  const outcomes = new Map<string, { successful: number; failed: number }>();
  const note = (agentKey: unknown, success: unknown) => {
    const of = outcomes.get(String(agentKey)) ?? { successful: 0, failed: 0 };
    of[success === true ? "successful" : "failed"] += 1;
    outcomes.set(String(agentKey), of);
  };
  for (const { type, subject, payload } of events) {
    if (type === "job.started") running.add(subject.id);
    // A job that waited too long in the queue ends without a call to anybody.
    const success = JOB_ENDS[type];
    if (success !== undefined && running.delete(subject.id)) note(payload.agentKey, success);
    if (type === "job.cancelled") running.delete(subject.id);
    if (type === "agent.removed") outcomes.delete(subject.id);
    if (type === "breaker.recorded") note(subject.id, payload.success);
    if (type === "routing.outcome_recorded") note(payload.selectedAgent, payload.success);
  }
  for (const { id, busy, statistics } of agents) {
    const runs = jobs.filter((job) => job.status === "running" && job.claimedBy === id).length;
    if (busy !== runs) faults.push(`agent ${id} has ${busy} busy slots and runs ${runs} jobs`);
    const { successful, failed } = outcomes.get(id) ?? { successful: 0, failed: 0 };
    const kept = statistics ?? { total: 0, successful: 0, failed: 0 };
    if (kept.successful !== successful || kept.failed !== failed || kept.total !== successful + failed) {
      const said = `${kept.total} calls, ${kept.successful} and ${kept.failed}`;
      faults.push(`agent ${id} has ${said}; the log has ${successful} and ${failed}`);
    }
  }
  return faults;
}
