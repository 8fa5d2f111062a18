import { gaugeId } from "../../agents/gauge.ts";
import { jobSettle, settleJob } from "../../execution/job/cascade.ts";
import {
  claimJobs,
  heartbeatJob,
  jobClaim,
  jobHeartbeat,
  jobStart,
  startJobByRequest,
} from "../../execution/job/claim.ts";
import {
  completeJob,
  expireJob,
  failJob,
  jobComplete,
  jobExpire,
  jobFail,
  jobTimeout,
  timeOutJob,
} from "../../execution/job/finish.ts";
import { cancelJobByRequest, enqueueJob, jobCancel, jobEnqueue, jobRetry, retryJob } from "../../execution/job/job.ts";
import { configureQueue, queueConfigure } from "../../execution/queue.ts";
import { agentRows, byAgent, byJob, jobRows, op } from "../operation.ts";

/** Jobs and their queues. */
export const JOB_OPERATIONS = {
  "job.enqueue": op(jobEnqueue, enqueueJob, (m, _peek, at) => [
    ["run", m.runId],
    ["queue", m.queue ?? "default"],
    ["gauge", gaugeId("depth", m.queue ?? "default", at)],
    ...(m.workstreamId ? ([["workstream", m.workstreamId]] as const) : []),
    ...(m.dependsOn ?? []).map((parent) => ["job", parent] as const),
  ]),
  "job.claim": op(jobClaim, claimJobs, (m, _peek, at) => [
    ...byAgent(m),
    ["gauge", gaugeId("busy", m.agentKey, at)],
    ...(m.queues ?? []).map((queue) => ["queue", queue] as const),
  ]),
  "job.start": op(jobStart, startJobByRequest, (m, peek, at) => [
    ...jobRows(m.jobId, peek, at),
    ...agentRows(m.agentKey),
    ["gauge", gaugeId("busy", m.agentKey, at)],
  ]),
  "job.heartbeat": op(jobHeartbeat, heartbeatJob, (m) => [["job", m.jobId]]),
  "job.complete": op(jobComplete, completeJob, byJob),
  "job.fail": op(jobFail, failJob, byJob),
  "job.timeout": op(jobTimeout, timeOutJob, byJob),
  "job.cancel": op(jobCancel, cancelJobByRequest, byJob),
  "job.retry": op(jobRetry, retryJob, byJob),
  "queue.configure": op(queueConfigure, configureQueue, (m) => [["queue", m.queue]]),
};

/** What time makes happen to jobs. */
export const JOB_CLOCK_OPERATIONS = {
  "job.expire": op(jobExpire, expireJob, byJob),
  "job.settle": op(jobSettle, settleJob, byJob),
};
