import { HOUR_MS, MINUTE_MS } from "../kernel/time.ts";
import type { Rule } from "./contract.ts";

/**
 * The rules every tenant begins with. Putting one of the same id replaces it, removing it turns it
 * off for good.
 */
const BEGINNING = "1970-01-01T00:00:00.000Z";

const base = {
  enabled: true,
  forMs: 0,
  channels: [],
  escalation: [],
  notifyFolded: false,
  removedAt: null,
  createdAt: BEGINNING,
  updatedAt: BEGINNING,
  version: 0,
  seq: 0,
};

const DEFAULT_RULES: readonly Rule[] = [
  { ...base, id: "breaker_open", name: "Breaker opened", ruleKind: "breaker_open", params: {}, severity: "critical" },
  {
    ...base,
    id: "success_rate",
    name: "Success rate under 80 %",
    ruleKind: "success_rate",
    params: { threshold: 0.8, recovery: 0.9, windowMs: 900_000, minimumSample: 20 },
    severity: "warning",
  },
  {
    ...base,
    id: "queue_depth",
    name: "Queue over its capacity",
    ruleKind: "queue_depth",
    params: {},
    severity: "warning",
  },
  {
    ...base,
    id: "queue_age",
    name: "Oldest job waits too long",
    ruleKind: "queue_age",
    params: { maxAgeMs: 900_000 },
    severity: "warning",
  },
  { ...base, id: "run_overdue", name: "Run timed out", ruleKind: "run_overdue", params: {}, severity: "critical" },
  {
    ...base,
    id: "job_overdue",
    name: "Attempt runs for over an hour",
    ruleKind: "job_overdue",
    params: { afterMs: HOUR_MS },
    severity: "warning",
  },
  {
    ...base,
    id: "agent_silent",
    name: "Agent is silent",
    ruleKind: "agent_silent",
    params: { silentMs: 300_000 },
    severity: "warning",
  },
  {
    ...base,
    id: "stuck",
    name: "Run makes no progress",
    ruleKind: "stuck",
    params: { noProgressMs: 30 * MINUTE_MS },
    severity: "warning",
  },
  {
    ...base,
    id: "approval_waiting",
    name: "Approval waits too long",
    ruleKind: "approval_waiting",
    params: { afterMs: 30 * MINUTE_MS },
    severity: "warning",
  },
];

/** The rule of that id that every tenant begins with, if there is one. */
export const defaultRule = (ruleId: string): Rule | undefined => DEFAULT_RULES.find(({ id }) => id === ruleId);

/**
 * A tenant's rules, removed ones among them: those it has put, and the ones every tenant begins
 * with that it has not replaced.
 */
export function withDefaults(stored: readonly Rule[]): Rule[] {
  const own = new Set(stored.map(({ id }) => id));
  return [...DEFAULT_RULES.filter(({ id }) => !own.has(id)), ...stored];
}
