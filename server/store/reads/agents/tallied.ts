import { DAY_MS } from "../../../../domain/kernel/time.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { Scope } from "../kernel/scope.ts";

/** Which figures to read, and their resolution. */
export interface TalliedQuery {
  /** ms since 1970; whole minutes or hours, according to `finest`. */
  from: number;
  to: number;
  agent?: string | undefined;
  taskType?: string | undefined;
  /** One row per agent, even when no agent is given. */
  perAgent?: boolean;
  /**
   * Rows by minute or hour; `day`: by day where a whole day lies within the stretch, by hour at its
   * edges.
   */
  finest: "minute" | "hour" | "day";
}

/**
 * SQL of the figures within a stretch of time, with columns `agentKey t total successful failed
 * upstream timed totalDurationMs histogram`; each outcome is in exactly one row. Uses rollups up to
 * the mark, tallies after it. The mark is read first and may be outdated when the rows are read.
 * That is harmless: rollups stay, and tallies are kept for days after.
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
  /** Minutes or hours of a stretch; those of one agent and one type exist only as tallies. */
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
