import type { BreakerStateName, RunStatus } from "./statuses.ts";

/** What HTTP answers that is no row: one definition for the server that makes it and the console that draws it. */

/** `GET /summary`: the overview's figures. */
export interface Summary {
  runs: { byStatus: { [status in RunStatus]: number } };
  /** Of the runs that ended by themselves (not cancelled) in the last `windowMs`; null when none did. */
  successRate: { rate: number | null; completed: number; ended: number; windowMs: number };
  queue: { waiting: number; queued: number; running: number; oldestQueuedAt: string | null };
  breakers: { [state in BreakerStateName]: number };
  alerts: { firing: number; acknowledged: number };
  agents: { total: number; busy: number; capacity: number };
  /** Calls to agents that ended, by minute, the oldest first: sixty minutes, the last one not over yet. */
  throughput: Minute[];
  /** Position of the log the figures are true at. */
  head: number;
}

/** Calls to agents that ended within one minute. */
export interface Minute {
  /** The minute's beginning, RFC 3339. */
  t: string;
  completed: number;
  failed: number;
}

/** `GET /leaderboard`: one agent's place. Rates are 0–1, durations ms; what needs outcomes is null without any. */
export interface Standing {
  rank: number;
  agentKey: string;
  displayName: string;
  total: number;
  successful: number;
  failed: number;
  successRate: number | null;
  /** What the rank goes by: the success rate the agent has at least, so that 1 of 1 does not beat 90 of 100. */
  wilsonLowerBound: number;
  averageDurationMs: number | null;
  p95DurationMs: number | null;
}
