import type { AlertStatus, Severity } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import { wireOf } from "./wire-rows.ts";

export interface AlertQuery extends PageRequest {
  status: AlertStatus[];
  severity?: Severity[];
  rule?: string;
  subject?: string;
  runId?: string;
  causeId?: string;
  q?: string;
  /** Leaves out those whose cause is open, and counts them with it. */
  grouped?: boolean;
}

/** An alert of a grouped list, with how many open ones it has caused. */
export type AlertWithFolded = Wire<"alert"> & { folded?: number };

const OPEN: AlertStatus[] = ["firing", "acknowledged", "snoozed"];

/** Alerts, the one that fired last first. */
export async function listAlerts(db: TenantClient, query: AlertQuery): Promise<Page<AlertWithFolded>> {
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const causes = query.grouped ? await openCauses(db) : new Map<string, number>();
  const rows = await db.alert.findMany({
    where: {
      status: { in: query.status },
      ...(query.severity && { severity: { in: query.severity } }),
      ...(query.rule && { rule: query.rule }),
      ...(query.subject && { subjectId: query.subject }),
      ...(query.runId && { runId: query.runId }),
      ...(query.q && { title: { contains: query.q, mode: "insensitive" as const } }),
      AND: [
        query.causeId ? { causeId: query.causeId } : {},
        causes.size > 0 ? { OR: [{ causeId: null }, { causeId: { notIn: [...causes.keys()] } }] } : {},
        at ? { firedAt: { lte: at[0] }, OR: [{ firedAt: { lt: at[0] } }, { id: { lt: at[1] } }] } : {},
      ],
    },
    orderBy: [{ firedAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.firedAt, row.id],
    (row) => ({ ...wireOf("alert", row), ...(query.grouped && { folded: causes.get(row.id) ?? 0 }) }),
  );
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
