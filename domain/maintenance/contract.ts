/** What clean-up counts: tables whose rows it removes. */
export const CLEANED = [
  "runs",
  "workstreams",
  "jobs",
  "attempts",
  "approvals",
  "alerts",
  "deliveries",
  "decisions",
  "outcomes",
  "agents",
  "breakers",
  "statistics",
  "taskKeys",
] as const;

/** How many rows of each kind left. */
export type CleanupCounts = { [table in (typeof CLEANED)[number]]: number };

export const noneCleaned = (): CleanupCounts => Object.fromEntries(CLEANED.map((table) => [table, 0])) as CleanupCounts;

/** `POST /maintenance/cleanup`: how many rows have left, or would leave. */
export type CleanupReport = CleanupCounts & {
  dryRun: boolean;
  /** What is not older than this has stayed. */
  olderThan: string;
  /** It was ended before it was through: there is more that is old. */
  more: boolean;
  /** Runs that are old and stay, as they have too many rows to leave in one commit. */
  tooLarge: string[];
};
