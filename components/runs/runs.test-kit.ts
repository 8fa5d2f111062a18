import { NO_JOBS } from "../../domain/execution/contract.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** A run's row for tests, `second` seconds after midnight. */
export function aRun(id: string, second = 0, more: Partial<Wire<"run">> = {}): Wire<"run"> {
  const createdAt = new Date(Date.parse("2026-01-01T00:00:00.000Z") + second * 1000).toISOString();
  return {
    kind: "run",
    id,
    runId: id,
    workflow: "checks",
    status: "running",
    definition: null,
    context: {},
    metadata: {},
    tokens: {},
    scopes: {},
    stepCount: 0,
    tags: [],
    initiatedBy: null,
    parentRunId: null,
    completion: "manual",
    timeoutMs: null,
    deadlineAt: null,
    reason: null,
    error: null,
    jobCounts: NO_JOBS,
    createdAt,
    startedAt: null,
    finishedAt: null,
    updatedAt: createdAt,
    version: 1,
    seq: 1,
    ...more,
  };
}
