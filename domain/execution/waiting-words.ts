import { span } from "../kernel/span.ts";
import type { RunStatus } from "../kernel/statuses.ts";
import type { Job } from "./contract.ts";
import type { DependencyFacts } from "./timeline.ts";
import type { ApprovalFacts, Before, CandidateFacts, QueueFacts } from "./waiting.ts";
import type { WaitCode, WaitReason } from "./waiting-answers.ts";

/**
 * The sentences of `waiting.ts`: no full stop, so that what time ends can go on with "in 5 min".
 */

export const runEnded = (status: RunStatus): string => `Its run is ${plain(status)}: it is about to be cancelled`;

export function dependencies(open: readonly DependencyFacts[], runId: string): string {
  const named = open.slice(0, 3).map((job) => {
    const where = job.runId === runId ? "" : `, of run ${job.runId}`;
    return `${job.step ?? job.jobId} (${plain(job.status)}${where})`;
  });
  const more = open.length > 3 ? ` and ${open.length - 3} more` : "";
  return `Waiting for ${named.join(", ")}${more}`;
}

export function approval({ title, requiredApprovals, decisions }: ApprovalFacts, escalated: boolean): string {
  const given = decisions.filter(({ decision }) => decision === "approved").length;
  const people = requiredApprovals > 1 ? `; ${given} of ${requiredApprovals} people have approved` : "";
  const since = escalated ? " after its last attempt failed" : "";
  return `Waiting for the approval “${title}”${since}${people}`;
}

export const releaseDue = "It has all that it waited for and is about to be queued";
export const scheduled = "Scheduled: it starts";
export const backoff = (used: number, of: number): string => `Attempt ${used} of ${of} failed; the next one starts`;

export function queuePaused({ id, pauseReason, pausedBy }: QueueFacts): string {
  const by = pausedBy === null ? "" : ` by ${pausedBy}`;
  return `Queue ${id} was paused${by}${pauseReason === null ? "" : `: ${pauseReason}`}`;
}

export const queueFull = ({ id, concurrency, jobCounts }: QueueFacts): string =>
  `Queue ${id} is full: ${jobCounts.running} of ${concurrency} jobs run`;

export function noAgent(job: Pick<Job, "agentKey" | "capability">): string {
  if (job.agentKey === null && job.capability === null) return "No agent is registered";
  if (job.agentKey === null) return `No agent offers the capability “${job.capability}”`;
  if (job.capability === null) return `It is for agent ${job.agentKey} only, which is not registered`;
  return `It is for agent ${job.agentKey} only, which is not registered with the capability “${job.capability}”`;
}

export function agents(code: WaitCode, who: readonly CandidateFacts[]): string {
  const [one] = who;
  const single = who.length === 1 ? one : undefined;
  switch (code) {
    case "breaker_open":
      return single
        ? `The breaker of agent ${single.displayName} is open${forced(single)}`
        : `The breakers of agents ${names(who)} are open`;
    case "breaker_trials":
      return single
        ? `The breaker of agent ${single.displayName} is half-open, and all its trials are taken`
        : `The breakers of agents ${names(who)} are half-open, and all their trials are taken`;
    case "agents_draining":
      return single
        ? `${single.displayName} could run it, but is draining${because(single.drainReason)}`
        : `${names(who)} could run it, but all are draining`;
    default:
      if (single?.capacity === 0) return `${single.displayName} could run it, but has no slots`;
      return single
        ? `${single.displayName} is busy: ${single.busy} of its ${single.capacity} slots are taken`
        : `All ${who.length} agents that could run it are busy`;
  }
}

export function silent(who: readonly CandidateFacts[], at: string): string {
  const last = Math.max(...who.map((agent) => Date.parse(agent.lastSeenAt)));
  const for_ = span(Date.parse(at) - last);
  return who.length === 1
    ? `${names(who)} could take it, but has been silent for ${for_}`
    : `${names(who)} could take it, but all have been silent for ${for_} or longer`;
}

export function priority(queue: string, { inQueue, higher }: Before): string {
  const how =
    higher === inQueue
      ? "of a higher priority"
      : higher === 0
        ? "due for longer"
        : `${higher} of a higher priority, ${inQueue - higher} due for longer`;
  const all = higher === inQueue || higher === 0;
  const these = inQueue === 1 ? "1 job comes" : `${inQueue} jobs come`;
  return `${these} before it in queue ${queue}${all ? `, ${how}` : `: ${how}`}`;
}

export function next(able: readonly CandidateFacts[], elsewhere: number): string {
  const others =
    elsewhere === 0
      ? ""
      : `; for one that claims from any queue, ${elsewhere} ${elsewhere === 1 ? "job" : "jobs"} of other queues come first`;
  return `Nothing holds it up: it is next in its queue for ${names(able)}${others}`;
}

export const leaseExpired = (claimedBy: string | null): string =>
  `${claimedBy ?? "Its agent"} let its lease run out: the attempt is about to be ended`;

const UNTIL: { readonly [code in WaitCode]?: string } = {
  breaker_open: "; it lets trials through in",
  approval: "; it expires in",
};

/** How a sentence goes on before the time that is left until time alone ends the cause. */
export const untilPrefix = (code: WaitCode): string => UNTIL[code] ?? " in";

/** The whole sentence of a cause, as it is at a time. */
export function untilWords({ code, text, until }: Pick<WaitReason, "code" | "text" | "until">, at: string): string {
  if (until === null) return text;
  return `${text}${untilPrefix(code)} ${span(Math.max(0, Date.parse(until) - Date.parse(at)))}`;
}

const forced = ({ breaker }: CandidateFacts): string => {
  const order = breaker?.state === "forced_open" ? breaker.override : null;
  return order ? `, forced by ${order.by}${because(order.reason)}` : "";
};

const because = (reason: string | null): string => (reason === null || reason === "" ? "" : ` (${reason})`);
const plain = (status: string): string => status.replaceAll("_", " ");

function names(agents: readonly CandidateFacts[]): string {
  const named = agents.slice(0, 3).map((agent) => agent.displayName);
  const more = agents.length - named.length;
  if (more > 0) return `${named.join(", ")} and ${more} more`;
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
}
