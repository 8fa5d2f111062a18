import type { AgentStatus } from "../../../../domain/execution/answers.ts";
import { toWire } from "../../../../domain/kernel/wire.ts";
import type { Rows } from "../../../../domain/rows.ts";
import { HEAD_COLUMNS, selectRows } from "../../lane/statements.ts";
import type { Scope } from "../kernel/scope.ts";

const LIMIT = 100;
/** Tasks read before those sharing a key are merged. */
const WINDOW = 1000;

const FINAL_TASK = `"status" IN ('completed', 'failed', 'cancelled')`;
const FINAL_SESSION = `"status" IN ('completed', 'failed', 'expired')`;
/**
 * Each by its own index and stopping early: a plan that suits every agent, however many tasks it
 * has.
 */
const tasksOf = (
  side: string,
  final: boolean,
) => `(SELECT "id", "idempotencyKey", "createdAt", ${final} AS "final" FROM "Task"
      WHERE "tenantId" = $1 AND "${side}" = $2 AND ${final ? "" : "NOT "}${FINAL_TASK} ORDER BY "createdAt" DESC, "id" DESC LIMIT $4::int)`;
/** The same of all agents. */
const tasksOfAll = (final: boolean) => `(SELECT "id", "idempotencyKey", "createdAt", ${final} AS "final" FROM "Task"
      WHERE "tenantId" = $1 AND ${final ? "" : "NOT "}${FINAL_TASK} ORDER BY "createdAt" DESC, "id" DESC LIMIT $4::int)`;
const rows = (sql: string) => `(SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (${sql}) AS r)::text`;

/** $1 tenant · $2 agent, or null for all · $3 rows of each, one more than shown · $4 window */
const statusSql = (ofAll: boolean) => `WITH /* ${ofAll ? "all agents'" : "agent"} status */ mine AS (
    ${(ofAll ? [tasksOfAll(false), tasksOfAll(true)] : ["toAgent", "fromAgent"].flatMap((side) => [tasksOf(side, false), tasksOf(side, true)])).join(" UNION ")}
  ), once AS (
    SELECT DISTINCT ON ("idempotencyKey" IS NULL, coalesce("idempotencyKey", "id")) "id", "createdAt", "final" FROM mine
    ORDER BY "idempotencyKey" IS NULL, coalesce("idempotencyKey", "id"), "createdAt" DESC, "id" DESC
  ), shown AS (
    SELECT "id" FROM once ORDER BY "final", "createdAt" DESC, "id" DESC LIMIT $3::int
  ), sat AS (
    (SELECT "id", ${FINAL_SESSION} AS "final", "createdAt" FROM "Session" WHERE "tenantId" = $1 AND ${ofAll ? "$2::text IS NULL" : '"agentRole" = $2'}
      ORDER BY ${FINAL_SESSION}, "createdAt" DESC, "id" DESC LIMIT $3::int)
    UNION
    (SELECT "id", ${FINAL_SESSION}, "createdAt" FROM "Session" WHERE "tenantId" = $1 AND "taskId" IN (SELECT "id" FROM mine)
      ORDER BY ${FINAL_SESSION}, "createdAt" DESC, "id" DESC LIMIT $3::int)
  ), waiting AS (
    SELECT a."id" FROM "Approval" AS a
    LEFT JOIN "Task" AS t ON t."tenantId" = a."tenantId" AND t."id" = a."taskId"
    LEFT JOIN "Job" AS j ON j."tenantId" = a."tenantId" AND j."id" = a."jobId"
    WHERE a."tenantId" = $1 AND a."status" = 'pending'
      ${ofAll ? "" : 'AND (t."toAgent" = $2 OR t."fromAgent" = $2 OR j."claimedBy" = $2 OR j."agentKey" = $2)'}
    ORDER BY a."createdAt" DESC, a."id" DESC LIMIT $3::int
  )
  SELECT ${HEAD_COLUMNS},
    ${rows(`${selectRows("task")} AND "id" IN (SELECT "id" FROM shown) ORDER BY ${FINAL_TASK}, "Task"."createdAt" DESC, "id" DESC`)} AS "tasks",
    ${rows(`${selectRows("session")} AND "id" IN (SELECT "id" FROM sat ORDER BY "final", "createdAt" DESC, "id" DESC LIMIT $3::int) ORDER BY ${FINAL_SESSION}, "Session"."createdAt" DESC, "id" DESC`)} AS "sessions",
    ${rows(`${selectRows("approval")} AND "id" IN (SELECT "id" FROM waiting) ORDER BY "Approval"."createdAt" DESC, "id" DESC`)} AS "approvals",
    ${rows(`${selectRows("task")} AND "id" IN (SELECT a."taskId" FROM "Approval" AS a JOIN waiting AS w ON w."id" = a."id" WHERE a."tenantId" = $1)`)} AS "embedded"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;
const READ_STATUS = statusSql(false);
const READ_STATUS_OF_ALL = statusSql(true);

interface Found {
  seq: number;
  tasks: string;
  sessions: string;
  approvals: string;
  embedded: string;
}

/**
 * The answer of `GET /status` for an agent, null for all; empty lists for an unknown agent. One
 * statement, so everything is of the same moment.
 */
export async function readAgentStatus({ prisma, tenantId }: Scope, agent: string | null): Promise<AgentStatus> {
  const [found] = await prisma.$queryRawUnsafe<Found[]>(
    agent === null ? READ_STATUS_OF_ALL : READ_STATUS,
    tenantId,
    agent,
    LIMIT + 1,
    WINDOW,
  );
  const list = <K extends "task" | "session" | "approval">(kind: K, text = "[]") =>
    (JSON.parse(text) as Rows[K][]).map((row) => toWire(kind, row));
  const tasks = list("task", found?.tasks);
  const sessions = list("session", found?.sessions);
  const approvals = list("approval", found?.approvals);
  const byId = new Map(list("task", found?.embedded).map((task) => [task.id, task]));
  return {
    agent,
    tasks: tasks.slice(0, LIMIT),
    sessions: sessions.slice(0, LIMIT),
    approvals: approvals.slice(0, LIMIT).map((one) => ({ ...one, task: byId.get(one.taskId ?? "") ?? null })),
    truncated: [tasks, sessions, approvals].some((all) => all.length > LIMIT),
    seq: Number(found?.seq ?? 0),
  };
}
