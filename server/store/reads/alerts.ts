import type { AlertCounts } from "../../../domain/answers.ts";
import { ALERT_STATUSES, type AlertStatus, SEVERITIES, type Severity } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";
import type { Prisma } from "../../database/generated/client.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import { wireOf } from "./wire-rows.ts";

/** Which alerts, whatever their status. */
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
  /** `fired`: the one that fired last first. `urgency`: the most severe first, of those the one that fired last. */
  sort?: "fired" | "urgency";
  /** Leaves out those whose cause is open, and counts them with it. */
  grouped?: boolean;
}

/** An alert of a grouped list, with how many open ones it has caused. */
export type AlertWithFolded = Wire<"alert"> & { folded?: number };

const OPEN: AlertStatus[] = ["firing", "acknowledged", "snoozed"];

/** One page of alerts, in the order asked for. */
export async function listAlerts(db: TenantClient, query: AlertQuery): Promise<Page<AlertWithFolded>> {
  const causes = query.grouped ? await openCauses(db) : new Map<string, number>();
  const where: Prisma.AlertWhereInput = {
    ...filterOf(query),
    status: { in: query.status },
    ...(causes.size > 0 && { OR: [{ causeId: null }, { causeId: { notIn: [...causes.keys()] } }] }),
  };
  const byUrgency = query.sort === "urgency";
  const rows = byUrgency ? await mostUrgent(db, query, where) : await lastFired(db, query, where);
  return pageOf(
    rows,
    query.limit,
    (row) => [...(byUrgency ? [SEVERITIES.indexOf(row.severity as Severity)] : []), row.firedAt, row.id],
    (row) => ({ ...wireOf("alert", row), ...(query.grouped && { folded: causes.get(row.id) ?? 0 }) }),
  );
}

/** How many alerts of each status a filter has. */
export async function countAlerts(db: TenantClient, filter: AlertFilter): Promise<AlertCounts> {
  const found = await db.alert.groupBy({ by: ["status"], where: filterOf(filter), _count: { _all: true } });
  const counted = new Map(found.map(({ status, _count }) => [status, _count._all]));
  const byStatus = ALERT_STATUSES.map((status) => [status, counted.get(status) ?? 0] as const);
  return { byStatus: Object.fromEntries(byStatus) as AlertCounts["byStatus"] };
}

function filterOf({ severity, rule, subject, runId, causeId, q }: AlertFilter): Prisma.AlertWhereInput {
  // Prisma makes a LIKE pattern of it and leaves the signs of one as they are.
  const literal = q?.replace(/[\\%_]/g, "\\$&");
  const words = literal === undefined ? undefined : { contains: literal, mode: "insensitive" as const };
  return {
    ...(severity && { severity: { in: severity } }),
    ...(rule && { rule }),
    ...(subject && { subjectId: subject }),
    ...(runId && { runId }),
    // Beside it stand other conditions on the cause.
    AND: [causeId ? { causeId } : {}, words ? { OR: [{ title: words }, { subjectId: words }] } : {}],
  };
}

async function lastFired(db: TenantClient, query: AlertQuery, where: Prisma.AlertWhereInput) {
  return before(db, where, decodeCursor(query.cursor, ["time", "text"]), query.limit + 1);
}

/** One severity after the other: each is read in the order of its index, and a page seldom needs more than one. */
async function mostUrgent(db: TenantClient, query: AlertQuery, where: Prisma.AlertWhereInput) {
  const [rank = 0, firedAt, id] = decodeCursor(query.cursor, ["count", "time", "text"]) ?? [];
  const wanted = query.severity;
  const rows: Awaited<ReturnType<typeof before>> = [];
  for (const [at, severity] of SEVERITIES.entries()) {
    const left = query.limit + 1 - rows.length;
    if (at < rank || left === 0 || (wanted && !wanted.includes(severity))) continue;
    const from = at === rank && firedAt && id !== undefined ? ([firedAt, id] as const) : undefined;
    rows.push(...(await before(db, { ...where, severity }, from, left)));
  }
  return rows;
}

function before(
  db: TenantClient,
  where: Prisma.AlertWhereInput,
  at: readonly [Date, string] | undefined,
  take: number,
) {
  const behind = at ? { firedAt: { lte: at[0] }, OR: [{ firedAt: { lt: at[0] } }, { id: { lt: at[1] } }] } : {};
  return db.alert.findMany({
    where: { AND: [where, behind] },
    orderBy: [{ firedAt: "desc" }, { id: "desc" }],
    take,
  });
}

/** Open alerts that have caused open ones, each with how many. */
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
