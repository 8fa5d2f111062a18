import type { AlertCounts, ListedAlert } from "../../../../domain/alerts/endpoints.ts";
import { ALERT_STATUSES, type AlertStatus, SEVERITIES, type Severity } from "../../../../domain/kernel/statuses.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { hasText } from "../kernel/text-search.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/** Filter of alerts, apart from their status. */
export interface AlertFilter {
  severity?: Severity[];
  rule?: string;
  subject?: string;
  runId?: string;
  causeId?: string;
  q?: string;
}

export interface AlertQuery extends AlertFilter, PageRequest {
  status: AlertStatus[];
  /** `fired`: last fired first. `urgency`: by severity, then last fired first. */
  sort?: "fired" | "urgency";
  /** Leaves out alerts whose cause is open; the cause counts them. */
  grouped?: boolean;
}

const OPEN: AlertStatus[] = ["firing", "acknowledged", "snoozed"];

/** One page of alerts, in the order asked for. */
export async function listAlerts(db: TenantClient, scope: Scope, query: AlertQuery): Promise<Page<ListedAlert>> {
  const causes = query.grouped ? await openCauses(db) : new Map<string, number>();
  const where = [
    ...filterOf(scope, query),
    Prisma.sql`"status" IN (${Prisma.join(query.status)})`,
    ...(causes.size > 0 ? [Prisma.sql`("causeId" IS NULL OR "causeId" <> ALL (${[...causes.keys()]}))`] : []),
  ];
  const byUrgency = query.sort === "urgency";
  const ids = byUrgency ? await mostUrgent(scope, query, where) : await lastFired(scope, query, where);
  const found = await db.alert.findMany({ where: { id: { in: ids } } });
  const byId = new Map(found.map((row) => [row.id, row]));
  return pageOf(
    ids.flatMap((id) => byId.get(id) ?? []),
    query.limit,
    (row) => [...(byUrgency ? [SEVERITIES.indexOf(row.severity as Severity)] : []), row.firedAt, row.id],
    (row) => ({ ...wireOf("alert", row), ...(query.grouped && { folded: causes.get(row.id) ?? 0 }) }),
  );
}

/** Number of alerts per status within a filter. */
export async function countAlerts(scope: Scope, filter: AlertFilter): Promise<AlertCounts> {
  const found = await scope.prisma.$queryRaw<{ status: AlertStatus; count: number }[]>`
    SELECT "status", count(*)::int AS "count" FROM "Alert" WHERE ${all(filterOf(scope, filter))} GROUP BY "status"`;
  const counted = new Map(found.map(({ status, count }) => [status, count]));
  const byStatus = ALERT_STATUSES.map((status) => [status, counted.get(status) ?? 0] as const);
  return { byStatus: Object.fromEntries(byStatus) as AlertCounts["byStatus"] };
}

const all = (conditions: readonly Prisma.Sql[]): Prisma.Sql => Prisma.join([...conditions], " AND ");

function filterOf(scope: Scope, { severity, rule, subject, runId, causeId, q }: AlertFilter): Prisma.Sql[] {
  return [
    Prisma.sql`"tenantId" = ${scope.tenantId}`,
    ...(severity ? [Prisma.sql`"severity" IN (${Prisma.join(severity)})`] : []),
    ...(rule ? [Prisma.sql`"rule" = ${rule}`] : []),
    ...(subject ? [Prisma.sql`"subjectId" = ${subject}`] : []),
    ...(runId ? [Prisma.sql`"runId" = ${runId}`] : []),
    ...(causeId ? [Prisma.sql`"causeId" = ${causeId}`] : []),
    ...(q ? [hasText(Prisma.sql`concat_ws(chr(10), "title", "subjectId")`, q)] : []),
  ];
}

function lastFired(scope: Scope, query: AlertQuery, where: readonly Prisma.Sql[]): Promise<string[]> {
  return before(scope, where, decodeCursor(query.cursor, ["time", "text"]), query.limit + 1);
}

/**
 * One severity after the other: each is read in the order of its index, and a page seldom needs
 * more than one.
 */
async function mostUrgent(scope: Scope, query: AlertQuery, where: readonly Prisma.Sql[]): Promise<string[]> {
  const [rank = 0, firedAt, id] = decodeCursor(query.cursor, ["count", "time", "text"]) ?? [];
  const wanted = query.severity;
  const ids: string[] = [];
  for (const [at, severity] of SEVERITIES.entries()) {
    const left = query.limit + 1 - ids.length;
    if (at < rank || left === 0 || (wanted && !wanted.includes(severity))) continue;
    const from = at === rank && firedAt && id !== undefined ? ([firedAt, id] as const) : undefined;
    ids.push(...(await before(scope, [...where, Prisma.sql`"severity" = ${severity}`], from, left)));
  }
  return ids;
}

/** Ids of those that fired last before a place in the list. */
async function before(
  { prisma }: Scope,
  where: readonly Prisma.Sql[],
  at: readonly [Date, string] | undefined,
  take: number,
): Promise<string[]> {
  const behind = at ? [Prisma.sql`("firedAt", "id") < (${at[0].toISOString()}::timestamptz, ${at[1]})`] : [];
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Alert" WHERE ${all([...where, ...behind])} ORDER BY "firedAt" DESC, "id" DESC LIMIT ${take}`;
  return rows.map(({ id }) => id);
}

/** Open alerts that have caused open ones, each with their number. */
async function openCauses(db: TenantClient): Promise<Map<string, number>> {
  const caused = await db.alert.groupBy({
    by: ["causeId"],
    where: { status: { in: OPEN }, causeId: { not: null } },
    _count: { _all: true },
  });
  const ids = caused.flatMap(({ causeId }) => (causeId === null ? [] : [causeId]));
  const open = await db.alert.findMany({ where: { id: { in: ids }, status: { in: OPEN } }, select: { id: true } });
  const isOpen = new Set(open.map(({ id }) => id));
  return new Map(
    caused.flatMap(({ causeId, _count }) => (causeId && isOpen.has(causeId) ? [[causeId, _count._all]] : [])),
  );
}
