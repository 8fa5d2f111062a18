import type { World } from "../../kernel/tx.test-kit.ts";
import type { Attempt, Job, JobCounts } from "../contract.ts";
import { NO_JOBS } from "../contract.ts";
import { isStillToEnd } from "../workstream.ts";
import { finalJob, finalRun, type JobModel, type Status } from "./job.model.ts";

/**
 * What must hold after any requests: the rows agree with the model, the figures with the rows.
 * `status`: each job's status by its events.
 */
export function checkWorld(world: World, model: JobModel, status: ReadonlyMap<string, Status>): void {
  const jobs = world.all("job");
  const attempts = world.all("attempt");
  const expected = [...model.jobs.values()].map((job) => [job.id, job.status, job.attempt, job.pinned]);
  same(
    jobs.map((job) => [job.id, job.status, job.attempt, job.agentKey]),
    expected,
    "jobs",
  );
  same(
    world.all("run").map((run) => [run.id, run.status]),
    [...model.runs].map(([id, run]) => [id, run.status]),
    "runs",
  );
  for (const run of world.all("run")) {
    const own = jobs.filter((job) => job.runId === run.id);
    same(run.jobCounts, recount(own), `figures of ${run.id}`);
    if (!finalRun(run.status)) continue;
    const open = own.filter((job) => !finalJob(job.status));
    same(open, [], `open jobs of ${run.id}, which has ended`);
  }
  same(
    world.all("workstream").map(({ id, status, follow, startedAt }) => [id, status, follow, startedAt !== null]),
    [...model.streams].map(([id, { status, follows, started }]) => [id, status, follows ? "jobs" : "manual", started]),
    "workstreams",
  );
  for (const { id, openWorkstreams } of world.all("run")) {
    const open = world.all("workstream").filter((one) => one.runId === id && isStillToEnd(one));
    same(openWorkstreams, open.length, `open workstreams of ${id}`);
    if (finalRun(world.row("run", id).status)) same(openWorkstreams, 0, `open workstreams of ${id}, which has ended`);
  }
  for (const { id, jobCounts, awaitingApproval } of world.all("workstream")) {
    const asking = jobs.filter(
      ({ workstreamId, status, approvalId }) =>
        workstreamId === id &&
        status === "waiting" &&
        approvalId !== null &&
        world.row("approval", approvalId).status === "pending",
    );
    same(awaitingApproval, asking.length, `jobs of ${id} that wait for an approval`);
    same(jobCounts, recount(jobs.filter((job) => job.workstreamId === id)), `figures of ${id}`);
  }
  const queues = new Set([...jobs.map((job) => job.queue), ...model.queues.keys()]);
  same(
    world
      .all("queue")
      .map((queue) => queue.id)
      .sort(),
    [...queues].sort(),
    "queues",
  );
  for (const { id, jobCounts } of world.all("queue")) {
    same(jobCounts, recount(jobs.filter((job) => job.queue === id)), `figures of ${id}`);
  }
  for (const agent of world.all("agent")) checkAgent(world, agent.id);
  for (const job of jobs) {
    same(status.get(job.id), job.status, `the events of ${job.id}`);
    const own = attempts.filter((attempt) => attempt.jobId === job.id);
    checkAttempts(job, own);
    checkGates(world, job);
  }
}

function checkAgent(world: World, agentKey: string): void {
  const held = world.all("job").filter((job) => job.status === "running" && job.claimedBy === agentKey);
  same(world.row("agent", agentKey).busy, held.length, `busy of ${agentKey}`);
  const outcomes = world.all("outcome").filter((outcome) => outcome.agentKey === agentKey);
  const { total, successful, failed, upstream } = world.row("statistics", agentKey);
  const good = outcomes.filter((outcome) => outcome.success).length;
  const bad = outcomes.filter((outcome) => outcome.fault === "own").length;
  const figures = [total, successful, failed, upstream];
  same(figures, [good + bad, good, bad, outcomes.length - good - bad], `statistics of ${agentKey}`);
}

/** Nothing runs twice at once, or more often than it may. */
function checkAttempts(job: Readonly<Job>, attempts: Readonly<Attempt>[]): void {
  same(
    attempts.map((attempt) => attempt.number),
    attempts.map((_, index) => index + 1),
    `attempts of ${job.id}`,
  );
  same(job.attempt, attempts.length, `attempt of ${job.id}`);
  if (job.attempt - job.attemptBase > job.maxAttempts) throw new Error(`${job.id} was tried too often`);
  const open = attempts.filter((attempt) => attempt.status === "running").map((attempt) => attempt.number);
  same(open, job.status === "running" ? [job.attempt] : [], `running attempts of ${job.id}`);
  same(job.leaseToken !== null, job.status === "running", `a token for ${job.id}`);
}

/**
 * A job waits for its dependencies and its approval, for nothing else, and does not go before them.
 */
function checkGates(world: World, job: Readonly<Job>): void {
  const unmet = job.dependsOn.filter((parentId) => world.row("job", parentId).status !== "completed").length;
  const approval = job.approvalId === null ? undefined : world.row("approval", job.approvalId);
  if (job.status === "queued" || job.status === "running") {
    same(unmet, 0, `unmet dependencies of ${job.id}`);
    if (approval && job.attempt === 0) same(approval.consumedAt !== null, true, `${job.id} has used up its approval`);
    const token = job.tokenId === null ? undefined : world.row("run", job.runId).tokens[job.tokenId];
    if (token?.status === "cancelled") throw new Error(`${job.id} goes on for a cancelled token`);
  } else if (job.status === "waiting") {
    same(job.unmet, unmet, `unmet of ${job.id}`);
    if (unmet === 0) same(approval?.status, "pending", `what ${job.id} waits for`);
  } else if (approval)
    same(approval.status === "pending", false, `an approval for ${job.id}, which has ended, is asked`);
}

/** Compares without the cost of `expect`, which is too much for some million comparisons. */
export function same(is: unknown, should: unknown, what: string): void {
  const [left, right] = [JSON.stringify(is), JSON.stringify(should)];
  if (left !== right) throw new Error(`${what}: ${left} instead of ${right}`);
}

function recount(jobs: Readonly<Job>[]): JobCounts {
  const counts = { ...NO_JOBS };
  for (const job of jobs) counts[job.status] += 1;
  return counts;
}
