import type { RunStatus } from "./statuses.ts";

/**
 * Where the console shows things: the one place that spells the addresses of its pages, for the
 * console and for notifications. Each leads to the thing itself, on any page of a list.
 */
const named = encodeURIComponent;

export const runHref = (runId: string): string => `/runs/${named(runId)}`;
/** The list of the runs of some statuses. */
export const runsHref = (...statuses: RunStatus[]): string => `/runs?status=${statuses.join(",")}`;
/** A job is shown on the page of its run. */
export const jobHref = (runId: string, jobId: string): string => `${runHref(runId)}?job=${named(jobId)}`;
export const agentHref = (agentKey: string): string => `/agents/${named(agentKey)}`;
export const queueHref = (queue: string): string => `/queues/${named(queue)}`;
export const alertHref = (alertId: string): string => `/alerts?alert=${named(alertId)}`;
export const ruleHref = (ruleId: string): string => `/alerts/rules?rule=${named(ruleId)}`;
export const channelHref = (channelId: string): string => `/alerts/channels?channel=${named(channelId)}`;
export const decisionHref = (decisionId: string): string => `/routing/${named(decisionId)}`;
export const approvalHref = (approvalId: string): string => `/approvals?id=${named(approvalId)}`;
export const taskHref = (taskId: string): string => `/sessions?tab=tasks&id=${named(taskId)}`;
/** The events whose subject is this thing. */
export const eventsHref = (kind: string, id: string): string => `/events?subject=${named(`${kind}:${id}`)}`;

export const runEventsHref = (runId: string): string => `/events?runId=${named(runId)}`;
/** The routing decisions that pass a filter: of an agent, a task … */
export const decisionsHref = (filter: { [name: string]: string }): string => `/routing?${new URLSearchParams(filter)}`;

/**
 * Where a subject of an event or of an alert is shown, or null when there is no page of it. `runId`
 * is the run that it belongs to, when it is known: jobs and workstreams are shown on their run's
 * page.
 */
export function pathTo({ kind, id }: { kind: string; id: string }, runId?: string | null): string | null {
  switch (kind) {
    case "run":
      return runHref(id);
    case "job":
      return runId ? jobHref(runId, id) : null;
    case "workstream":
      return runId ? `${runHref(runId)}?tab=workstreams` : null;
    case "agent":
    case "breaker":
      return agentHref(id);
    case "queue":
      return queueHref(id);
    case "alert":
      return alertHref(id);
    case "rule":
      return ruleHref(id);
    case "channel":
      return channelHref(id);
    case "delivery":
      return `/alerts/channels?delivery=${named(id)}`;
    case "decision":
      return decisionHref(id);
    case "approval":
      return approvalHref(id);
    case "session":
      return `/sessions?id=${named(id)}`;
    case "task":
      return taskHref(id);
    default:
      return null;
  }
}
