import type { AlertStorm } from "../../../../domain/alerts/endpoints.ts";
import { STORM_THRESHOLD } from "../../../../domain/alerts/throttle.ts";
import { SEVERITIES, type Severity } from "../../../../domain/kernel/statuses.ts";
import type { Scope } from "../kernel/scope.ts";

interface Fired {
  rule: string;
  severity: Severity;
  count: number;
  folded: number;
}

/**
 * Whether more alerts fire than people can read one by one: alerts that fired, or fired again,
 * within the last minute.
 */
export async function readAlertStorm({ prisma, tenantId }: Scope): Promise<AlertStorm> {
  const fired = await prisma.$queryRaw<Fired[]>`
    SELECT a."rule", a."severity", count(*)::int AS "count",
      (count(*) FILTER (WHERE c."status" IN ('firing', 'acknowledged', 'snoozed')))::int AS "folded"
    FROM "Alert" AS a LEFT JOIN "Alert" AS c ON c."tenantId" = a."tenantId" AND c."id" = a."causeId"
    WHERE a."tenantId" = ${tenantId} AND a."firedAt" > now() - interval '1 minute' AND a."status" <> 'pending'
    GROUP BY a."rule", a."severity"`;
  const rank = ({ severity }: Fired) => SEVERITIES.indexOf(severity);
  const firedLastMinute = fired.reduce((sum, { count }) => sum + count, 0);
  return {
    storm: firedLastMinute > STORM_THRESHOLD,
    threshold: STORM_THRESHOLD,
    firedLastMinute,
    folded: fired.reduce((sum, { folded }) => sum + folded, 0),
    byRule: fired
      .sort((a, b) => rank(a) - rank(b) || b.count - a.count || (a.rule < b.rule ? -1 : 1))
      .map(({ rule, severity, count }) => ({ rule, severity, count })),
  };
}
