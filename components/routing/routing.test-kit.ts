import type { Decision } from "./decision-filters.ts";

/** A decision made here, for tests. */
export function decision(more: Partial<Decision> = {}): Decision {
  const id = more.id ?? "dec_1";
  return {
    kind: "decision",
    id,
    decisionId: id,
    taskId: "task-1",
    taskType: "review",
    requiredCapability: "go",
    selectedAgent: "aider",
    priority: null,
    agentScore: 0.8,
    candidates: [],
    success: null,
    errorMessage: null,
    retryAttempts: 0,
    routingDurationMs: null,
    durationMs: null,
    runId: null,
    jobId: null,
    fallbackOf: null,
    weights: { success: 0.6, speed: 0.2, load: 0.2 },
    breakerEpoch: 0,
    routedAt: "2026-11-21T10:00:00.000Z",
    outcomeAt: null,
    version: 1,
    seq: 1,
    ...more,
  };
}
