import { breakerAlertId } from "../../domain/breaker.ts";
import type { Mutation } from "../../domain/mutations.ts";
import type { Rule } from "../../domain/rule.ts";
import { withDefaults } from "../../domain/rule-defaults.ts";
import type { AlertStatus } from "../../domain/statuses.ts";
import type { Due } from "./due.ts";
import type { LaneQueries } from "./lane-database.ts";
import { type Observed, observe, raisedByReducers } from "./rule-conditions.ts";
import { selectRows } from "./statements.ts";

interface OpenAlert {
  id: string;
  rule: string;
  status: AlertStatus;
  snoozeMode: string | null;
  /** How long it is pending, ms. */
  pendingMs: number | null;
}

const TENANTS = `SELECT /* tenants with a log */ "tenantId" FROM "LogHead" WHERE "seq" > 0`;

const OPEN_ALERTS = `SELECT /* open alerts */ a."id", a."rule", a."status", a."snoozeMode",
    (extract(epoch FROM now() - a."pendingSince") * 1000)::float8 AS "pendingMs"
  FROM "Alert" AS a WHERE a."tenantId" = $1 AND a."status" IN ('pending', 'firing', 'acknowledged', 'snoozed')`;

async function readRules(queries: LaneQueries, tenantId: string): Promise<Rule[]> {
  const [found] = await queries.query<{ rules: string }>(
    `SELECT /* rules */ coalesce(json_agg(row_to_json(r)), '[]')::text AS "rules" FROM (${selectRows("rule")}) AS r`,
    [tenantId],
  );
  return withDefaults(JSON.parse(found?.rules ?? "[]") as Rule[]);
}

/**
 * What the rules say now that the alerts do not say yet: conditions that hold, and alerts whose condition has ended or whose rule is off. What is as it
 * should be costs no commit.
 */
export async function readRuleChanges(queries: LaneQueries): Promise<Due[]> {
  const due: Due[] = [];
  for (const { tenantId } of await queries.query<{ tenantId: string }>(TENANTS, [])) {
    const alerts = await queries.query<OpenAlert>(OPEN_ALERTS, [tenantId]);
    for (const rule of await readRules(queries, tenantId)) {
      const open = alerts.filter((alert) => alert.rule === rule.id);
      const changes = isOff(rule) ? open.map(offOf) : await changesOf(queries, tenantId, rule, open);
      due.push(...changes.map((mutation) => ({ tenantId, mutation })));
    }
  }
  return due;
}

const isOff = (rule: Rule): boolean => !rule.enabled || rule.removedAt !== null;

const offOf = ({ id }: OpenAlert): Mutation => ({ type: "alert.clear", alertId: id, reason: "its rule is off" });

async function changesOf(queries: LaneQueries, tenantId: string, rule: Rule, open: OpenAlert[]): Promise<Mutation[]> {
  if (raisedByReducers(rule)) return [];
  const { observed, whole } = await observe(queries, tenantId, rule);
  const known = new Map(open.map((alert) => [alert.id, alert]));
  const fired = [...observed].flatMap(([alertId, one]) =>
    !one.recovering && isNews(rule, known.get(alertId)) ? [fireOf(rule, alertId, one)] : [],
  );
  const cleared = open.filter(({ id, status }) => {
    const still = observed.get(id);
    return still ? status === "pending" && still.recovering : whole;
  });
  return [
    ...fired,
    ...cleared.map(({ id }): Mutation => ({ type: "alert.clear", alertId: id, reason: "the condition has ended" })),
  ];
}

/** Whether the alert does not say yet that its condition holds. */
function isNews(rule: Rule, alert: OpenAlert | undefined): boolean {
  if (!alert) return true;
  if (alert.status === "pending") return (alert.pendingMs ?? 0) >= rule.forMs;
  return alert.status === "snoozed" && alert.snoozeMode === "worse";
}

function fireOf(rule: Rule, alertId: string, one: Observed): Mutation {
  const { subject, runId, title, detail, value, threshold, agent } = one;
  const causeId = agent === null ? null : breakerAlertId(agent);
  return { type: "alert.fire", alertId, ruleId: rule.id, title, detail, subject, runId, value, threshold, causeId };
}
