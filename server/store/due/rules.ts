import { createHash } from "node:crypto";
import { breakerAlertId } from "../../../domain/agents/breaker/breaker-row.ts";
import type { Rule } from "../../../domain/alerts/contract.ts";
import { withDefaults } from "../../../domain/alerts/rule-defaults.ts";
import { paramsOf } from "../../../domain/alerts/rule-params.ts";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import type { AlertStatus, Severity } from "../../../domain/kernel/statuses.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { selectRows } from "../lane/statements.ts";
import type { Observed } from "../rules/check.ts";
import type { Due } from "./due.ts";
import { observe, raisedByReducers } from "./observe.ts";
import { Causes } from "./rule-causes.ts";

interface OpenAlert {
  id: string;
  rule: string;
  status: AlertStatus;
  snoozeMode: string | null;
  /** How long it has been pending, ms. */
  pendingMs: number | null;
  severity: Severity;
  /** Its escalation step, and whether none is left although it fires. */
  step: number;
  isUnescalated: boolean;
  threshold: number | null;
  /** Hash of its title and detail. */
  says: string;
  /** Time since it fired and since it changed, ms. */
  firedMs: number;
  changedMs: number;
  /** It is about to be escalated or to wake: its notification should be up to date. */
  isDueSoon: boolean;
}

const TENANTS = `SELECT /* tenants with a log */ "tenantId" FROM "LogHead" WHERE "seq" > 0`;

const OPEN_ALERTS = `SELECT /* open alerts */ a."id", a."rule", a."status", a."snoozeMode",
    (extract(epoch FROM now() - a."pendingSince") * 1000)::float8 AS "pendingMs", a."severity", a."threshold",
    a."escalationStep" AS "step", a."status" = 'firing' AND a."escalateAt" IS NULL AND a."heldAt" IS NULL AS "isUnescalated",
    md5(a."title" || chr(10) || coalesce(a."detail", '')) AS "says", (extract(epoch FROM now() - a."firedAt") * 1000)::float8 AS "firedMs",
    (extract(epoch FROM now() - a."updatedAt") * 1000)::float8 AS "changedMs",
    coalesce(least(a."escalateAt", a."snoozedUntil", a."ackExpiresAt") <= now() + interval '4 s', false) AS "isDueSoon"
  FROM "Alert" AS a WHERE a."tenantId" = $1 AND a."status" IN ('pending', 'firing', 'acknowledged', 'snoozed')`;

async function readRules(queries: LaneQueries, tenantId: string): Promise<Rule[]> {
  const [found] = await queries.query<{ rules: string }>(
    `SELECT /* rules */ coalesce(json_agg(row_to_json(r)), '[]')::text AS "rules" FROM (${selectRows("rule")}) AS r`,
    [tenantId],
  );
  return withDefaults(JSON.parse(found?.rules ?? "[]") as Rule[]);
}

/**
 * Changes that bring alerts in line with their rules: conditions that hold without an alert, and
 * alerts whose condition has ended or whose rule is off. No changes, no commit.
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
  const regraded = open
    .filter((one) => one.severity !== rule.severity || (one.isUnescalated && one.step < rule.escalation.length))
    .map(({ id }): Mutation => ({ type: "alert.refresh", alertId: id, seen: null }));
  const ofReducers = raisedByReducers(rule);
  if (ofReducers && rule.ruleKind !== "breaker_open")
    return [...regraded, ...(await endedByEdit(queries, tenantId, rule, open))];
  const { observed, whole } = await observe(queries, tenantId, rule);
  if (ofReducers) return [...regraded, ...(await afterEdit(queries, tenantId, rule, open, observed))];
  const known = new Map(open.map((alert) => [alert.id, alert]));
  const causes = new Causes(queries, tenantId);
  const news = [...observed].filter(([alertId, one]) => !one.recovering && isNews(rule, known.get(alertId)));
  const fired: Mutation[] = [];
  for (const [index, [alertId, one]] of news.entries())
    fired.push(fireOf(rule, alertId, index < MOST_EXPLAINED ? await causes.explain(one) : one));
  const cleared = open.filter(({ id, status }) => {
    const still = observed.get(id);
    return still ? status === "pending" && still.recovering : whole;
  });
  return [...fired, ...regraded, ...(await refreshesOf(open, observed, causes)), ...cleared.map(clearOf)];
}

const OF_OTHER_WORKFLOWS = `SELECT /* alerts of runs of other workflows */ a."id" FROM "Alert" AS a
  JOIN "Run" AS r ON r."tenantId" = a."tenantId" AND r."id" = a."subjectId"
  WHERE a."tenantId" = $1 AND a."id" = ANY ($2::text[]) AND r."workflow" <> $3`;

/**
 * Ends the alerts of runs that the built-in deadline rule no longer covers: reducers check a run
 * only when it moves.
 */
async function endedByEdit(
  queries: LaneQueries,
  tenantId: string,
  rule: Rule,
  open: readonly OpenAlert[],
): Promise<Mutation[]> {
  const { workflow } = paramsOf("run_overdue", rule.params);
  if (workflow === undefined || open.length === 0) return [];
  const ids = open.map(({ id }) => id);
  return (await queries.query<OpenAlert>(OF_OTHER_WORKFLOWS, [tenantId, ids, workflow])).map(clearOf);
}

const ENDED_BY_US = `SELECT /* breakers whose alert the clock ended, is pending, or never was */ b."id" FROM unnest($2::text[]) AS b ("id")
  LEFT JOIN "Alert" AS a ON a."tenantId" = $1 AND a."id" = b."id" WHERE a."id" IS NULL OR a."status" = 'pending' OR (a."status" = 'resolved' AND a."resolvedBy" = 'system:clock')`;

/**
 * What an edit of the built-in breaker rule leaves to do, because reducers check a breaker only
 * when it moves: alerts of agents it no longer covers end; breakers that opened while it was off or
 * did not cover them, and are still open, raise an alert. Alerts resolved by an operator stay
 * resolved.
 */
async function afterEdit(
  queries: LaneQueries,
  tenantId: string,
  rule: Rule,
  open: readonly OpenAlert[],
  observed: ReadonlyMap<string, Observed>,
): Promise<Mutation[]> {
  const { agents } = paramsOf("breaker_open", rule.params);
  const named = agents && new Set(agents.map(breakerAlertId));
  const ended = open.filter(({ id }) => named && !named.has(id));
  const known = new Set(open.flatMap(({ id, status }) => (status === "pending" ? [] : [id])));
  const missing = [...observed].filter(([id, one]) => !one.recovering && !known.has(id));
  if (missing.length === 0) return ended.map(clearOf);
  const rows = await queries.query<{ id: string }>(ENDED_BY_US, [tenantId, missing.map(([id]) => id)]);
  const ours = new Set(rows.map(({ id }) => id));
  const fired = missing.filter(([id]) => ours.has(id)).map(([id, one]) => fireOf(rule, id, one));
  return [...fired, ...ended.map(clearOf)];
}

const clearOf = ({ id }: OpenAlert): Mutation => ({
  type: "alert.clear",
  alertId: id,
  reason: "the condition has ended",
});

/**
 * At most this many alerts of one rule are refreshed per round: with many open, the log must not
 * fill up.
 */
const MOST_REFRESHED = 20;
/**
 * Least time between refreshes of an old alert, ms; a younger one is refreshed up to ten times
 * within its age.
 */
const REFRESH_MS = 60_000;

/**
 * At most this many findings are explained per round; the others show only their figures until a
 * later round.
 */
const MOST_EXPLAINED = 100;

/**
 * Open alerts whose text is out of date: at once when the threshold was edited, now and then when
 * figures or causes have moved, oldest first.
 */
async function refreshesOf(
  open: readonly OpenAlert[],
  observed: ReadonlyMap<string, Observed>,
  causes: Causes,
): Promise<Mutation[]> {
  const due = open
    .flatMap((alert) => {
      const seen = observed.get(alert.id);
      if (!seen) return [];
      const isEdited = seen.threshold !== alert.threshold;
      const isDue = alert.isDueSoon || alert.changedMs >= Math.min(REFRESH_MS, alert.firedMs / 10);
      return isEdited || isDue ? [{ alert, seen, isEdited }] : [];
    })
    .sort((a, b) => Number(b.alert.isDueSoon) - Number(a.alert.isDueSoon) || b.alert.changedMs - a.alert.changedMs);
  const refreshes: Mutation[] = [];
  for (const { alert, seen, isEdited } of due.slice(0, MOST_EXPLAINED)) {
    const { title, detail, value, threshold } = await causes.explain(seen);
    if (!isEdited && saysOf({ title, detail }) === alert.says) continue;
    refreshes.push({ type: "alert.refresh", alertId: alert.id, seen: { title, detail, value, threshold } });
    if (refreshes.length >= MOST_REFRESHED) break;
  }
  return refreshes;
}

/** The hash that `OPEN_ALERTS` returns for an alert with this text. */
const saysOf = ({ title, detail }: Pick<Observed, "title" | "detail">): string =>
  createHash("md5")
    .update(`${title}\n${detail ?? ""}`)
    .digest("hex");

/** Whether the alert does not show yet that its condition holds. */
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
