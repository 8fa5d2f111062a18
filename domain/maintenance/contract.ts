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
