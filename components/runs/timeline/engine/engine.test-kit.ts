import { NO_JOBS } from "../../../../domain/execution/contract.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";

/**
 * Complete rows for tests of the engine, with the fields a test sets. Times are seconds after T0.
 */
export const T0 = Date.parse("2026-01-01T00:00:00.000Z");
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();
export const time = (seconds: number): number => T0 + seconds * 1000;

const base = { version: 1, seq: 1 };
const START = at(0);

export function aJob(id: string, more: Partial<Wire<"job">> = {}): Wire<"job"> {
  return {
    ...base,
    kind: "job",
    id,
    jobId: id,
    runId: "r1",
    workstreamId: null,
    step: null,
    tool: null,
    queue: "default",
    capability: null,
    agentKey: null,
    priority: 0,
    status: "queued",
    runAt: START,
    dependsOn: [],
    dependents: [],
    unmet: 0,
    approvalId: null,
    tokenId: null,
    escalate: null,
    escalatedAt: null,
    maxAttempts: 1,
    backoffMs: 1000,
    timeoutMs: null,
    input: null,
    attempt: 0,
    attemptBase: 0,
    claimedBy: null,
    leaseMs: null,
    leaseExpiresAt: null,
    timeoutAt: null,
    breakerEpoch: null,
    progress: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    reason: null,
    createdAt: START,
    queuedAt: START,
    startedAt: null,
    finishedAt: null,
    updatedAt: START,
    ...more,
  };
}

export function anAttempt(jobId: string, number: number, more: Partial<Wire<"attempt">> = {}): Wire<"attempt"> {
  return {
    ...base,
    kind: "attempt",
    id: `${jobId}#${number}`,
    attemptId: `${jobId}#${number}`,
    jobId,
    number,
    runId: "r1",
    workstreamId: null,
    agentKey: "alpha",
    tool: null,
    status: "running",
    queuedAt: START,
    startedAt: at(1),
    finishedAt: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    ...more,
  };
}

export function aWorkstream(id: string, more: Partial<Wire<"workstream">> = {}): Wire<"workstream"> {
  return {
    ...base,
    kind: "workstream",
    id,
    workstreamId: id,
    runId: "r1",
    title: id,
    status: "running",
    follow: "jobs",
    metadata: {},
    reason: null,
    jobCounts: NO_JOBS,
    startedAt: START,
    createdAt: START,
    enteredAt: START,
    updatedAt: START,
    ...more,
  };
}
