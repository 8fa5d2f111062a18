import type { LogEvent } from "../../../../domain/kernel/event.ts";
import type { Subject } from "../../../../domain/kernel/tx.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { Scope } from "../kernel/scope.ts";
import { eventOf, type StoredEvent } from "../kernel/wire-rows.ts";

export interface EventQuery {
  /** Only events after this position. */
  after: number;
  /** Only events before this position. */
  before: number;
  order: "asc" | "desc";
  /** Types, exact or a prefix ending in `*`. */
  types?: readonly string[];
  subject?: Subject;
  runId?: string;
  limit: number;
}

export interface EventPage {
  items: LogEvent[];
  /**
   * The next page starts after (desc: before) this position; null when there is nothing more for
   * now.
   */
  next: number | null;
}

/**
 * There is no index from a subject to its events: such a page scans this many positions, and its
 * cursor continues from there.
 */
export const SUBJECT_WINDOW = 100_000;

const COLUMNS = Prisma.raw(
  `e."seq", e."v", e."type", e."at", e."actor", e."subjectKind", e."subjectId", e."runId", e."traceId", e."payload"`,
);

/** One page of the log. Every filter but `subject` alone uses an index. */
export async function readLogPage(scope: Scope, query: EventQuery): Promise<EventPage> {
  const runId = query.runId ?? (query.subject && (await runOf(scope, query.subject)));
  const range = rangeOf(query, query.subject !== undefined && runId === undefined);
  const types = query.types && (await namedTypes(scope, query.types));
  if (range.high - range.low <= 1 || types?.length === 0) return { items: [], next: range.next };

  const order = query.order === "desc" ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const conditions = [
    Prisma.sql`e."tenantId" = ${scope.tenantId}`,
    Prisma.sql`e."seq" > ${range.low}::int8`,
    Prisma.sql`e."seq" < ${range.high}::int8`,
    ...(runId !== undefined ? [Prisma.sql`e."runId" = ${runId}`] : []),
    ...(query.subject
      ? [Prisma.sql`e."subjectKind" = ${query.subject.kind}`, Prisma.sql`e."subjectId" = ${query.subject.id}`]
      : []),
  ];
  const take = query.limit + 1;
  const select = (more: readonly Prisma.Sql[]) =>
    Prisma.sql`SELECT ${COLUMNS} FROM "Event" AS e WHERE ${Prisma.join([...conditions, ...more], " AND ")}
      ORDER BY e."seq" ${order} LIMIT ${take}`;
  let sql: Prisma.Sql;
  if (!types) sql = select([]);
  else if (runId !== undefined) sql = select([Prisma.sql`e."type" = ANY (${types})`]);
  else {
    // Each type has its own range in the index: the first few of each, merged, are the first few of
    // all.
    sql = Prisma.sql`SELECT ${COLUMNS} FROM unnest(${types}::text[]) AS wanted CROSS JOIN LATERAL (
      ${select([Prisma.sql`e."type" = wanted`])}) AS e ORDER BY e."seq" ${order} LIMIT ${take}`;
  }
  const rows = await scope.prisma.$queryRaw<StoredEvent[]>(sql);
  const items = rows.slice(0, query.limit).map(eventOf);
  return { items, next: rows.length > query.limit ? (items.at(-1)?.seq ?? null) : range.next };
}

/** Positions strictly between `low` and `high`, and where the next page starts after them. */
function rangeOf(
  { after, before, order }: EventQuery,
  windowed: boolean,
): { low: number; high: number; next: number | null } {
  if (!windowed || before - after - 1 <= SUBJECT_WINDOW) return { low: after, high: before, next: null };
  if (order === "asc") return { low: after, high: after + SUBJECT_WINDOW + 1, next: after + SUBJECT_WINDOW };
  return { low: before - SUBJECT_WINDOW - 1, high: before, next: before - SUBJECT_WINDOW };
}

/** The run that all events of a subject belong to, if any. */
async function runOf({ prisma, tenantId }: Scope, subject: Subject): Promise<string | undefined> {
  const where = { tenantId, id: subject.id };
  const select = { runId: true } as const;
  switch (subject.kind) {
    case "run":
      return subject.id;
    case "job":
      return (await prisma.job.findFirst({ where, select }))?.runId;
    case "workstream":
      return (await prisma.workstream.findFirst({ where, select }))?.runId;
    default:
      return undefined;
  }
}

/**
 * The types matched by patterns. Prefixes are matched against the types in the log, which are few.
 */
async function namedTypes({ prisma, tenantId }: Scope, patterns: readonly string[]): Promise<string[]> {
  const exact = patterns.filter((pattern) => !pattern.endsWith("*"));
  const prefixes = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  if (prefixes.length === 0) return exact;
  // Jumps from type to type along the index instead of reading every event.
  const found = await prisma.$queryRaw<{ type: string }[]>`
    WITH RECURSIVE known AS (
      (SELECT e."type" FROM "Event" AS e WHERE e."tenantId" = ${tenantId} ORDER BY e."type" LIMIT 1)
      UNION ALL
      SELECT (SELECT e."type" FROM "Event" AS e WHERE e."tenantId" = ${tenantId} AND e."type" > known."type" ORDER BY e."type" LIMIT 1)
      FROM known WHERE known."type" IS NOT NULL
    ) SELECT "type" FROM known WHERE EXISTS (SELECT 1 FROM unnest(${prefixes}::text[]) AS p WHERE starts_with("type", p))`;
  return [...new Set([...exact, ...found.map(({ type }) => type)])];
}
