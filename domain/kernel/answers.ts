import type { Snapshot } from "../execution/state/snapshot-versions.ts";
import type { Receipt, ReceiptHeader } from "./receipt.ts";
import type { AlertStatus, BreakerStateName, RunStatus, Severity } from "./statuses.ts";
import { DAY_MS, HOUR_MS } from "./time.ts";
import type { Wire } from "./wire.ts";

/** What HTTP answers that is no row: one definition for the server that makes it and the console that draws it. */

/** `GET /summary`: the overview's figures. */
export interface Summary {
  runs: { byStatus: { [status in RunStatus]: number } };
  /** Of the runs that ended by themselves (not cancelled) in the last `windowMs`; null when none did. */
  successRate: { rate: number | null; completed: number; ended: number; windowMs: number };
  /** `later`: how many of the queued ones are to start later. */
  queue: { waiting: number; queued: number; later: number; running: number; oldestQueuedAt: string | null };
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
  /** Null for a minute in which no server was there to count. */
  completed: number | null;
  failed: number | null;
}

export const SERIES_METRICS = [
  "throughput",
  "failures",
  "upstream",
  "success_rate",
  "duration_p50",
  "duration_p95",
  "duration_avg",
  "utilisation",
  "busy",
  "capacity",
  "queue_depth",
  "queue_running",
] as const;

export type SeriesMetric = (typeof SERIES_METRICS)[number];

/** One step of a series. `value` is null where there is nothing to say: a gap, not a zero. */
export interface SeriesPoint {
  /** Where the step begins, RFC 3339. */
  t: string;
  value: number | null;
}

/** `GET /metrics/series`: at most 500 points, each `step` ms wide. Counts are per step, gauges their highest value within it. */
export interface Series {
  metric: SeriesMetric;
  unit: "count" | "ratio" | "ms";
  step: number;
  from: string;
  to: string;
  points: SeriesPoint[];
}

/** `GET /queues`: how a queue stands, besides its row. */
export interface QueueFigures {
  /** Jobs that are queued, those that are to start later included. */
  depth: number;
  /** Those of them that are to start later: by their `runAt`, or by the back-off of their last attempt. */
  later: number;
  running: number;
  /** Since when the job that could have started longest ago waits; null when none could. */
  oldestQueuedAt: string | null;
  oldestAgeMs: number | null;
  /** Jobs that failed or timed out for good. */
  deadLetters: number;
  /** Jobs that ended by themselves, a minute, over the last ten. */
  throughputPerMinute: number;
  /** How long those that could start now take at that rate; null while the queue is paused or nothing leaves it. */
  drainEstimateMs: number | null;
}

/** `POST /queues/{queue}/dead-letters/retry`: what came of it. */
export interface DeadLetterRetry {
  retried: number;
  /** Runs that came back with their jobs. */
  runsRetried: number;
  skipped: { jobId: string; code: string; message: string }[];
  /** Dead letters that the queue has now, skipped ones among them. */
  remaining: number;
  /** One for each commit it took. */
  receipts: string[];
}

/** `GET /alerts/storm`: what fired, or fired again, within the last minute. */
export interface AlertStorm {
  /** More than `threshold` alerts fired within the last minute. */
  storm: boolean;
  threshold: number;
  firedLastMinute: number;
  /** How many of them stand below a cause that is open. */
  folded: number;
  /** The most severe first, then the most numerous. */
  byRule: { rule: string; severity: Severity; count: number }[];
}

/** `POST /alerts/acknowledge` and its like: what became of each alert. */
export interface BulkResult {
  items: (
    | { alertId: string; ok: true; alert: Wire<"alert"> }
    | { alertId: string; ok: false; code: string; message: string }
  )[];
  /** Of the one commit; null when nothing could be done. */
  receipt: Receipt | null;
}

/** `GET /alerts/counts`: how many alerts there are, of those that a filter has. */
export interface AlertCounts {
  byStatus: { [status in AlertStatus]: number };
}

/** One time a rule would have fired. */
export interface PreviewFiring {
  subject: string;
  from: string;
  /** Null while it goes on. */
  to: string | null;
  value: number;
}

/** `POST /alert-rules/preview`: how often a rule would have fired. */
export interface RulePreview {
  /** False for kinds of which no history is kept. */
  supported: boolean;
  fired: number;
  /** The latest first, at most 500. */
  firings: PreviewFiring[];
  truncated: boolean;
  /** What there was to look at. */
  evaluatedFrom: string;
  evaluatedTo: string;
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
  /** Ends that were not the agent's doing; not in `total`. */
  upstream: number;
  averageDurationMs: number | null;
  p50DurationMs: number | null;
  p95DurationMs: number | null;
  /** Success rate now less that of the stretch before, as long as this one; null when either is not known. */
  trend: number | null;
}

/** Stretches a leaderboard may look at, ms; `all` is everything. */
export const LEADERBOARD_WINDOWS = { "1h": HOUR_MS, "24h": DAY_MS, "7d": 7 * DAY_MS, all: null } as const;
export type LeaderboardWindow = keyof typeof LEADERBOARD_WINDOWS;

/** Who may serve a row: the process that was asked, the Redis that servers share, or Postgres. */
export type TierName = "memory" | "redis" | "durable";

/** `GET /runs/{id}/state`: the execution state, where it came from, and how new it is. */
export interface RunState extends Snapshot {
  /** The position of the log this is true at; never below the `minSeq` that was asked for. */
  seq: number;
  /** The position that last changed it. */
  changedSeq: number;
  updatedAt: string;
  tier: TierName;
  /** No hot tier ever holds what the durable storage does not. */
  strategy: "durable-first";
  servedAt: string;
}

/** How often a tier was asked since the start, and could answer; the ratio is null before the first time. */
export interface TierReads {
  hits: number;
  misses: number;
  hitRatio: number | null;
}

/** What a hot tier holds; of Redis, what the whole of it does. */
export interface TierSize {
  rows: number;
  bytes: number;
  /** Whether it can be asked now. */
  up: boolean;
}

/** `GET /system`: the process that answers. */
export interface System {
  uptimeMs: number;
  node: string;
  /** Of the whole process: null for who is no admin of the tenant that runs it. */
  memory: null | {
    rssBytes: number;
    heapUsedBytes: number;
    heapTotalBytes: number;
    externalBytes: number;
    /** What V8 lets the heap grow to. */
    heapLimitBytes: number;
    /** Memory of the machine or the container. */
    limitBytes: number;
    /** Either is close to its limit: the hot tier gives way. */
    short: boolean;
  };
  /** Like `memory`. */
  hotTier: null | {
    backend: "memory" | "redis";
    ttlMs: number;
    /** Bound of the rows in this process. */
    maxBytes: number;
    memory: TierSize & TierReads;
    redis: (TierSize & TierReads) | null;
    durable: TierReads;
  };
  /** Like `memory`: room on the disks of the folders that this server fills, as of a few seconds ago. */
  disks:
    | null
    | {
        holds: "database" | "archive";
        folder: string;
        freeBytes: number;
        totalBytes: number;
        /** Nearly full. */
        short: boolean;
      }[];
  /** What links in notifications begin with; `local`: only this machine's own browsers can open them. */
  links: { origin: string; local: boolean };
  /** `aheadMs`: how far the newest event's time lies ahead of the database's clock, which is wrong or was once; 0 as a rule. */
  log: { head: number; floor: number; aheadMs: number };
  /** How long what is over is kept, ms; `archived`: events are put into an archive before they leave. */
  keeps: { eventsMs: number; sessionsMs: number; decisionsMs: number; keysMs: number; archived: boolean };
}

/** `GET /receipts`: a receipt as the log keeps it. What it yielded, lease tokens among it, was for the committer alone. */
export interface StoredReceipt extends ReceiptHeader {
  hash: string;
  /** Who asked; null when the commit changed nothing, or its events are no longer kept. */
  actor: string | null;
}

/** `GET /receipts/verify`: the answer of a check of the chain. */
export interface Verification {
  valid: boolean;
  /** The first position that was checked: what lies before it is no longer kept. */
  from: number;
  /** Receipts that fit. */
  checked: number;
  /** The first receipt that does not; `head` when the end is missing or another than the head says. */
  firstBad?: string;
}
