import type { EventType } from "../../../domain/events.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { type EventAbout, type EventOf, isAbout, isEvent } from "../../../domain/kernel/read-event.ts";
import { isFinalJob, isFinalRun, type JobStatus } from "../../../domain/kernel/statuses.ts";
import type { History } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { removedJobs } from "./removed.ts";

/** A job by its events. */
interface JobLife {
  status: JobStatus;
  attempt: number;
  agentKey: string | null;
  dependsOn: string[];
  completions: { attempt: number; agentKey: string | null; seq: number }[];
}

/**
 * How an event may leave a job; those that are not here do not move it. An escalation may have it
 * wait for somebody's approval.
 */
const BECOMES: { readonly [type in string]?: readonly JobStatus[] } = {
  "job.released": ["queued"],
  "job.started": ["running"],
  "job.completed": ["completed"],
  "job.failed": ["failed"],
  "job.timed_out": ["timed_out"],
  "job.cancelled": ["cancelled"],
  "job.attempt_failed": ["queued", "waiting"],
  "job.escalated": ["queued", "waiting"],
  "job.retried": ["queued", "waiting"],
} satisfies { [T in EventType]?: readonly JobStatus[] };

const ENDS = ["job.completed", "job.failed", "job.attempt_failed"] as const satisfies readonly EventType[];

/**
 * No job runs twice at a time: by the events a start never follows a start without an end between
 * them, attempts count up one by one, and nothing starts before what it depends on has completed.
 * The rows say the same as the events.
 */
export function checkJobs({ events, jobs, attempts }: History): string[] {
  const faults: string[] = [];
  const lives = new Map<string, JobLife>();
  const ended = new Set<string>();
  for (const event of events) {
    if (isEvent(event, "run.transitioned", "run.retried")) noteRun(event, ended);
    if (isAbout(event, "job")) faults.push(...step(event, lives, ended).map((fault) => `${at(event)}: ${fault}`));
  }
  for (const job of jobs) {
    const { status, attempt } = lives.get(job.id) ?? {};
    if (job.status !== status || job.attempt !== attempt) {
      faults.push(
        `job ${job.id} is ${job.status}, attempt ${job.attempt}; its events say ${status}, attempt ${attempt}`,
      );
    }
  }
  if (jobs.length !== lives.size) faults.push(`there are ${jobs.length} jobs, and ${lives.size} by the events`);
  const numbers = new Map<string, number[]>();
  for (const attempt of attempts) numbers.set(attempt.jobId, [...(numbers.get(attempt.jobId) ?? []), attempt.number]);
  for (const [jobId, of] of numbers) {
    const whole = Array.from({ length: lives.get(jobId)?.attempt ?? 0 }, (_, index) => index + 1);
    if (String(of.sort((a, b) => a - b)) !== String(whole))
      faults.push(`job ${jobId} has attempts ${of}, not ${whole}`);
  }
  for (const attempt of attempts) {
    const runs = attempt.status === "running";
    const job = lives.get(attempt.jobId);
    if (runs !== (job?.status === "running" && job.attempt === attempt.number)) {
      faults.push(
        `attempt ${attempt.id} is ${attempt.status} while its job is ${job?.status}, attempt ${job?.attempt}`,
      );
    }
  }
  return faults;
}

function step(event: EventAbout<"job">, lives: Map<string, JobLife>, endedRuns: ReadonlySet<string>): string[] {
  const { type, subject } = event;
  const { status, attempt, agentKey, dependsOn = [] } = event.payload;
  if (status === undefined || attempt === undefined || agentKey === undefined)
    return ["it does not say how the job is"];
  const job = lives.get(subject.id);
  if (type === "job.enqueued") {
    lives.set(subject.id, { status, attempt, agentKey, dependsOn, completions: [] });
    return job ? ["it was enqueued before"] : [];
  }
  if (!job) return ["it was never enqueued"];
  const faults: string[] = [];
  if (type === "job.started") {
    if (job.status !== "queued") faults.push(`it starts while it is ${job.status}, attempt ${job.attempt}`);
    if (attempt !== job.attempt + 1) faults.push(`attempt ${attempt} follows on ${job.attempt}`);
    if (event.runId !== undefined && endedRuns.has(event.runId)) faults.push(`its run ${event.runId} has ended`);
    const open = job.dependsOn.filter((parent) => lives.get(parent)?.status !== "completed");
    if (open.length > 0) faults.push(`it starts before ${open} have completed`);
    job.attempt = attempt;
  } else {
    if (attempt !== job.attempt) faults.push(`it names attempt ${attempt}, not ${job.attempt}`);
    if (isEvent(event, ...ENDS) && job.status !== "running") faults.push(`it ends while it is ${job.status}`);
    if (isEvent(event, ...ENDS) && agentKey !== job.agentKey) faults.push(`${agentKey} ends what ${job.agentKey} runs`);
    const moves = BECOMES[type] !== undefined;
    if (type !== "job.retried" && moves && isFinalJob(job.status)) faults.push(`it was ${job.status} already`);
    if (type === "job.retried" && (!isFinalJob(job.status) || job.status === "completed")) {
      faults.push(`it is retried while it is ${job.status}`);
    }
  }
  if (type === "job.completed") job.completions.push({ attempt, agentKey, seq: event.seq });
  const due = BECOMES[type] ?? [job.status];
  if (!due.includes(status)) faults.push(`it says ${status} where ${due.join(" or ")} is due`);
  job.status = status;
  job.agentKey = agentKey;
  return faults;
}

/** Ends that were acknowledged have happened, once, to the attempt that they were reported for. */
export function checkEnds({ events, jobs }: History, ledger: Ledger): string[] {
  const faults: string[] = [];
  const byJob = new Map<string, LogEvent[]>();
  for (const event of events) {
    if (event.subject.kind === "job") byJob.set(event.subject.id, [...(byJob.get(event.subject.id) ?? []), event]);
  }
  const removed = removedJobs({ events });
  const statusOf = new Map(jobs.map((job) => [job.id, job.status]));
  for (const { key, standing, receipt, ends } of ledger.sent) {
    if (!ends || standing !== "acknowledged" || !receipt) continue;
    const { jobId, attempt, agentKey, as } = ends;
    const types = as === "completed" ? ["job.completed"] : ["job.failed", "job.attempt_failed"];
    const found = (byJob.get(jobId) ?? []).filter(
      ({ type, payload }) => types.includes(type) && payload.attempt === attempt && payload.agentKey === agentKey,
    );
    const inReceipt = found.filter(({ seq }) => receipt.firstSeq <= seq && seq <= receipt.lastSeq);
    if (found.length !== 1 || inReceipt.length !== 1) {
      faults.push(
        `commit ${key} ended attempt ${attempt} of ${jobId} (${as}), which the log says ${found.length} times`,
      );
    }
    if (as === "completed" && !removed.has(jobId) && statusOf.get(jobId) !== "completed") {
      faults.push(`job ${jobId} was acknowledged as completed and is ${statusOf.get(jobId)}`);
    }
  }
  const left = jobs.filter((job) => !isFinalJob(job.status));
  if (left.length > 0) faults.push(`jobs that were never finished: ${left.map((job) => `${job.id} ${job.status}`)}`);
  return faults;
}

function noteRun({ subject, type, payload }: EventOf<"run.transitioned" | "run.retried">, ended: Set<string>): void {
  if (type === "run.transitioned" && isFinalRun(payload.to)) ended.add(subject.id);
  else ended.delete(subject.id);
}

const at = ({ seq, type, subject }: Pick<LogEvent, "seq" | "type" | "subject">) =>
  `event ${seq}, ${type} of ${subject.id}`;
