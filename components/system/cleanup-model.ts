import type { CleanupCounts } from "../../domain/maintenance/contract.ts";
import type { CleanupReport } from "../../domain/maintenance/endpoints.ts";
import { formatCount } from "../ui/format.ts";

/** Names of the removed rows, singular and plural, in the order of the report. */
const NAMES: { readonly [table in keyof CleanupCounts]: readonly [one: string, many: string] } = {
  runs: ["run", "runs"],
  workstreams: ["workstream", "workstreams"],
  jobs: ["job", "jobs"],
  attempts: ["attempt", "attempts"],
  approvals: ["approval", "approvals"],
  alerts: ["alert", "alerts"],
  deliveries: ["notification", "notifications"],
  decisions: ["routing decision", "routing decisions"],
  outcomes: ["outcome", "outcomes"],
  agents: ["agent", "agents"],
  breakers: ["breaker", "breakers"],
  statistics: ["agent's figures", "agents' figures"],
  taskKeys: ["expired task key", "expired task keys"],
};

/** The rows of a report that are more than none, as words. */
export function cleanedParts(report: CleanupReport): string[] {
  return (Object.keys(NAMES) as (keyof CleanupCounts)[])
    .filter((table) => report[table] > 0)
    .map((table) => `${formatCount(report[table])} ${NAMES[table][report[table] === 1 ? 0 : 1]}`);
}

/** A report in a sentence's part: `2 runs, 5 jobs and 1 agent`; null when it is nothing. */
export function cleanedWords(report: CleanupReport): string | null {
  const parts = cleanedParts(report);
  const last = parts.pop();
  if (last === undefined) return null;
  return parts.length > 0 ? `${parts.join(", ")} and ${last}` : last;
}

const MOST_DAYS = 3650;

/** What somebody has typed as a number of days, or what is wrong with it. */
export function parseDays(text: string): { days: number } | { fault: string } {
  const days = Number(text);
  if (text.trim() === "" || !Number.isFinite(days)) return { fault: "A number of days, please" };
  if (days <= 0) return { fault: "More than 0" };
  return days > MOST_DAYS ? { fault: `At most ${MOST_DAYS}` } : { days };
}
