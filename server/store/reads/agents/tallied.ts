import { DAY_MS } from "../../../../domain/kernel/time.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { Scope } from "../kernel/scope.ts";

/** Which figures are wanted, and how finely. */
export interface TalliedQuery {
  /** ms since 1970; whole minutes or hours, as `finest` says. */
  from: number;
  to: number;
  agent?: string | undefined;
  taskType?: string | undefined;
  /** A row per agent, though no agent is named. */
  perAgent?: boolean;
  /** Rows are of minutes or hours; `day`: of days where a whole day lies within the stretch, of hours at its edges. */
  finest: "minute" | "hour" | "day";
}

/**
 * SQL of the figures within a stretch of time, with columns `agentKey t total successful failed upstream timed totalDurationMs histogram`: each
 * outcome is in exactly one of its rows. Rollups up to where they are whole, tallies after that. The marks are read first and may be old when the
 * rows are read, which does no harm: what was rolled up then still is, and tallies stay for days after that.
 */
export async function tallied({ prisma, tenantId }: Scope, query: TalliedQuery): Promise<Prisma.Sql> {
  const { agent, taskType, finest, from, to } = query;
  const ofAgent = agent !== undefined || query.perAgent === true;
  const scope = ofAgent ? (taskType === undefined ? "agent" : "both") : taskType === undefined ? "all" : "type";
  const rows = await prisma.rollupMark.findMany({ where: { tenantId } });
  const markOf = (width: string): number => rows.find((row) => row.width === width)?.upTo.getTime() ?? 0;
  const within = (at: number) => Math.min(Math.max(at, from), to);

  const rolled = (width: string, begin: number, end: number) =>
    Prisma.sql`SELECT r."agentKey", r."t", r."total", r."successful", r."failed", r."upstream", r."timed", r."totalDurationMs", r."histogram"
      FROM "Rollup" AS r WHERE r."tenantId" = ${tenantId} AND r."width" = ${width} AND r."scope" = ${scope}
        AND ${agent === undefined ? Prisma.sql`TRUE` : Prisma.sql`r."agentKey" = ${agent}`}
        AND ${taskType === undefined ? Prisma.sql`TRUE` : Prisma.sql`r."taskType" = ${taskType}`}
        AND r."t" >= ${new Date(begin)} AND r."t" < ${new Date(end)}`;
  const raw = (width: string, begin: number, end: number) =>
    Prisma.sql`SELECT t."agentKey", t."t", t."total", t."successful", t."failed", t."upstream", t."timed", t."totalDurationMs", t."histogram"
      FROM "Tally" AS t WHERE t."tenantId" = ${tenantId} AND t."width" = ${width}
        AND ${agent === undefined ? Prisma.sql`TRUE` : Prisma.sql`t."agentKey" = ${agent}`}
        AND ${taskType === undefined ? Prisma.sql`TRUE` : Prisma.sql`t."taskType" = ${taskType}`}
        AND t."t" >= ${new Date(begin)} AND t."t" < ${new Date(end)}`;

  const pieces: Prisma.Sql[] = [];
  const add = (sql: typeof raw, width: string, begin: number, end: number) => {
    if (begin < end) pieces.push(sql(width, begin, end));
  };
  /** Minutes or hours of a stretch; those of one agent at one type stand in the tallies alone. */
  const fine = (width: "minute" | "hour", begin: number, end: number) => {
    const mark = scope === "both" ? begin : Math.min(Math.max(markOf(width), begin), end);
    add(rolled, width, begin, mark);
    add(raw, width, mark, end);
  };
  if (finest === "day") {
    const firstDay = within(Math.ceil(from / DAY_MS) * DAY_MS);
    const lastDay = Math.max(firstDay, Math.min(within(Math.floor(to / DAY_MS) * DAY_MS), markOf("day")));
    fine("hour", from, firstDay);
    add(rolled, "day", firstDay, lastDay);
    fine("hour", lastDay, to);
  } else fine(finest, from, to);
  return pieces.length > 0 ? Prisma.join(pieces, " UNION ALL ") : raw("hour", from, from);
}
