import type { Baseline } from "../../../domain/agents/contract.ts";
import type { AgentFigures, Counted } from "../../../domain/agents/tally.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import type { LaneQueries } from "../lane/lane-database.ts";

/** An outcome as counted by figures, with its position. */
export interface CountedOutcome extends Counted {
  id: string;
  /** Time as text of the database, compared without loss. */
  at: string;
}

const OUTCOME = `"id", "at"::text AS "at", "success", "fault", "durationMs"`;

const AGENTS_WITH_FIGURES = `SELECT /* agents to recalculate */ s."id" FROM "Statistics" AS s
  WHERE s."tenantId" = $1 AND ($2::text IS NULL OR s."id" = $2) AND ($3::text IS NULL OR EXISTS (
    SELECT 1 FROM "Outcome" AS o WHERE o."tenantId" = $1 AND o."agentKey" = s."id" AND o."at" >= $3::text::timestamptz))
  ORDER BY s."id"`;

/** Agents with a row of figures: one, those with an outcome since a time, or all. */
export async function agentsWithFigures(
  queries: LaneQueries,
  tenantId: string,
  agentKey: string | null,
  from: string | null,
): Promise<string[]> {
  const rows = await queries.query<{ id: string }>(AGENTS_WITH_FIGURES, [tenantId, agentKey, from]);
  return rows.map(({ id }) => id);
}

const BASELINE = `SELECT /* baseline */ "baseline"::text AS "baseline" FROM "Statistics" WHERE "tenantId" = $1 AND "id" = $2`;

/** What removed outcomes of an agent had added; null when none were removed. */
export async function baselineOf(queries: LaneQueries, tenantId: string, agentKey: string): Promise<Baseline | null> {
  const [row] = await queries.query<{ baseline: string | null }>(BASELINE, [tenantId, agentKey]);
  return row?.baseline ? JSON.parse(row.baseline) : null;
}

const UP_TO = `SELECT /* outcomes up to */ ${OUTCOME} FROM "Outcome" WHERE "tenantId" = $1 AND "agentKey" = $2 AND "seq" <= $3::text::int8
  AND ($4::text IS NULL OR ("at" >= $4::text::timestamptz AND ("at", "id") > ($4::text::timestamptz, $5::text)))
  ORDER BY "at", "id" LIMIT $6::int`;

/** A page of an agent's outcomes up to a position of the log. */
export const outcomesUpTo = (
  queries: LaneQueries,
  tenantId: string,
  agentKey: string,
  seq: number,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<CountedOutcome[]> =>
  queries.query(UP_TO, [tenantId, agentKey, String(seq), after?.at ?? null, after?.id ?? null, limit]);

// Times never go back along the log: what comes after the position is not older than it.
const SINCE = `SELECT /* outcomes since */ row_to_json(r)::text AS "row", (
    SELECT coalesce(json_agg(o), '[]') FROM (
      SELECT ${OUTCOME} FROM "Outcome" WHERE "tenantId" = $1 AND "agentKey" = $2 AND "at" >= $4::text::timestamptz AND "seq" > $3::text::int8
      ORDER BY "at", "id") AS o)::text AS "outcomes"
  FROM (SELECT "version", "total", "successful", "failed", "upstream", "timed", "totalDurationMs", "histogram", "baseline"
    FROM "Statistics" WHERE "tenantId" = $1 AND "id" = $2) AS r`;

/**
 * An agent's outcomes since a position and its row of figures, in one snapshot; undefined when it
 * has no such row.
 */
export async function outcomesSince(
  queries: LaneQueries,
  tenantId: string,
  agentKey: string,
  seq: number,
  at: number,
): Promise<
  { row: AgentFigures & { version: number; baseline: Baseline | null }; outcomes: CountedOutcome[] } | undefined
> {
  const [found] = await queries.query<{ row: string; outcomes: string }>(SINCE, [
    tenantId,
    agentKey,
    String(seq),
    iso(at),
  ]);
  return found && { row: JSON.parse(found.row), outcomes: JSON.parse(found.outcomes) };
}
