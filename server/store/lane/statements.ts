import { LRUCache } from "lru-cache";
import type { RowContract } from "../../../domain/kernel/row.ts";
import { largeColumns } from "../../../domain/kernel/wire.ts";
import { KINDS, type Kind, ROWS } from "../../../domain/rows.ts";
import { isoOf } from "../sql.ts";

/**
 * The lane's SQL. A batch is one statement: data-modifying CTEs over `json_to_recordset` (a third
 * cheaper than its jsonb twin, measured on 40 columns), all dependent on moving the log's head, so
 * that either everything is written or nothing. Its text depends only on which tables the batch
 * touches; there are few such combinations in practice, and each is prepared once per connection
 * under its own name, up to a limit.
 */

/**
 * What a batch does to one table. `light` leaves the heavy columns unchanged; `remove` takes ids,
 * the others rows.
 */
export type Touch = "insert" | "light" | "full" | "remove";

const quote = (name: string) => `"${name}"`;
const columnsOf = (contract: RowContract, touch: Touch) =>
  Object.entries(contract.stored).filter(([name]) => touch !== "light" || !contract.heavy.includes(name));

const recordOf = (contract: RowContract, touch: Touch, parameter: number) =>
  `json_to_recordset($${parameter}::text::json) AS x(${columnsOf(contract, touch)
    .map(([name, type]) => `${quote(name)} ${type}`)
    .join(", ")})`;

function insertOf(contract: RowContract, parameter: number): string {
  const names = columnsOf(contract, "insert").map(([name]) => quote(name));
  return `INSERT INTO ${quote(contract.table)} ("tenantId", ${names.join(", ")})
    SELECT $1, ${names.map((name) => `x.${name}`).join(", ")} FROM ${recordOf(contract, "insert", parameter)}, head`;
}

function updateOf(contract: RowContract, touch: "light" | "full", parameter: number): string {
  const sets = columnsOf(contract, touch)
    .filter(([name]) => name !== "id")
    .map(([name]) => `${quote(name)} = x.${quote(name)}`);
  return `UPDATE ${quote(contract.table)} AS t SET ${sets.join(", ")}
    FROM ${recordOf(contract, touch, parameter)}, head WHERE t."tenantId" = $1 AND t."id" = x."id"`;
}

const removeOf = (contract: RowContract, parameter: number) =>
  `DELETE FROM ${quote(contract.table)} AS t USING json_array_elements_text($${parameter}::text::json) AS x("id"), head
    WHERE t."tenantId" = $1 AND t."id" = x."id"`;

function touchSql(contract: RowContract, touch: Touch, parameter: number): string {
  if (touch === "insert") return insertOf(contract, parameter);
  return touch === "remove" ? removeOf(contract, parameter) : updateOf(contract, touch, parameter);
}

/** Parts of a batch besides rows. */
export type LogPart = "events" | "keys";

/**
 * $1 tenant · $2 expected seq · $3 new seq · $4 new hash · $5 new time · $6 expected hash, then one
 * JSON array for each part in the order of `parts`. Returns one row `{moved, now}`: `now` is the
 * database's clock (epoch ms); `moved` is 1 when the head was as expected and everything is
 * written, else 0 and nothing is.
 */
const LOG_SQL: { readonly [part in LogPart]: (parameter: number) => string[] } = {
  events: (parameter) => [
    `events AS (INSERT INTO "Event" ("tenantId", "seq", "v", "type", "at", "actor", "subjectKind", "subjectId", "runId", "traceId", "payload")
    SELECT $1, x."seq", x."v", x."type", x."at", x."actor", x."subjectKind", x."subjectId", x."runId", x."traceId", x."payload"
    FROM json_to_recordset($${parameter}::text::json) AS x("seq" int8, "v" int2, "type" text, "at" timestamptz, "actor" text, "subjectKind" text, "subjectId" text, "runId" text, "traceId" text, "payload" json), head)`,
    `receipts AS (INSERT INTO "Receipt" ("tenantId", "receiptId", "firstSeq", "lastSeq", "committedAt", "principal", "mutations", "prevHash", "hash", "touched")
    SELECT $1, x."receiptId", x."firstSeq", x."lastSeq", x."committedAt", x."principal", x."mutations", x."prevHash", x."hash", x."touched"
    FROM json_to_recordset($${parameter + 1}::text::json) AS x("receiptId" text, "firstSeq" int8, "lastSeq" int8, "committedAt" timestamptz, "principal" text, "mutations" json, "prevHash" text, "hash" text, "touched" text[]), head)`,
  ],
  keys: (parameter) => [
    `keys AS (INSERT INTO "IdempotencyKey" ("tenantId", "principal", "key", "fingerprint", "receipt", "expiresAt")
    SELECT $1, x."principal", x."key", x."fingerprint", x."receipt", x."expiresAt"
    FROM json_to_recordset($${parameter}::text::json) AS x("principal" text, "key" text, "fingerprint" text, "receipt" json, "expiresAt" timestamptz), head)`,
    // An expired row may have been purged since it was looked up.
    `renewed AS (INSERT INTO "IdempotencyKey" ("tenantId", "principal", "key", "fingerprint", "receipt", "expiresAt")
    SELECT $1, x."principal", x."key", x."fingerprint", x."receipt", x."expiresAt"
    FROM json_to_recordset($${parameter + 1}::text::json) AS x("principal" text, "key" text, "fingerprint" text, "receipt" json, "expiresAt" timestamptz), head
    ON CONFLICT ("tenantId", "principal", "key") DO UPDATE SET "fingerprint" = excluded."fingerprint", "receipt" = excluded."receipt", "expiresAt" = excluded."expiresAt")`,
  ],
};

/** By parts. Callers decide which are combined, so the number of texts is bounded. */
const texts = new LRUCache<string, string>({ max: 500 });

/**
 * The write statement for a set of parts; parts are `events`, `keys` (two parameters each),
 * `insert:run`, `light:job`, `remove:job` … (one each).
 */
export function writeStatement(parts: readonly string[]): string {
  const name = parts.join(",");
  let text = texts.get(name);
  if (!text) {
    text = buildWrite(parts);
    texts.set(name, text);
  }
  return text;
}

function buildWrite(parts: readonly string[]): string {
  const ctes = [
    `head AS (UPDATE "LogHead" SET "seq" = $3::text::int8, "hash" = $4, "at" = $5::text::timestamptz
    WHERE "tenantId" = $1 AND "seq" = $2::text::int8 AND "hash" = $6 RETURNING 1)`,
  ];
  let parameter = 7;
  for (const part of parts) {
    if (part === "events" || part === "keys") {
      ctes.push(...LOG_SQL[part](parameter));
      parameter += 2;
      continue;
    }
    const [touch, kind] = part.split(":") as [Touch, Kind];
    const contract: RowContract = ROWS[kind];
    ctes.push(`${touch}_${kind} AS (${touchSql(contract, touch, parameter)})`);
    parameter += 1;
  }
  return `WITH /* lane write */ ${ctes.join(",\n  ")}\nSELECT count(*)::int AS "moved", (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "now" FROM head`;
}

/** SQL that reads a column in the reducers' format: times as RFC 3339 with milliseconds, UTC. */
function readColumn([name, type]: [string, string]): string {
  if (type !== "timestamptz") return quote(name);
  return `${isoOf(quote(name))} AS ${quote(name)}`;
}

/** SELECT of all columns of a kind for tenant $1; the caller adds conditions and order. */
export const selectRows = (kind: Kind): string => SELECT_ROWS[kind];

/** The same without the columns that lists leave out. */
export const selectListed = (kind: Kind): string => SELECT_LISTED[kind];

const SELECT_ROWS = selectEach(() => []);
const SELECT_LISTED = selectEach(largeColumns);

function selectEach(without: (kind: Kind) => readonly string[]): { [kind in Kind]: string } {
  const selects = KINDS.map((kind) => {
    const { table, stored } = ROWS[kind];
    const left = Object.entries(stored).filter(([column]) => !without(kind).includes(column));
    return [kind, `SELECT ${left.map(readColumn).join(", ")} FROM ${quote(table)} WHERE "tenantId" = $1`];
  });
  return Object.fromEntries(selects) as { [kind in Kind]: string };
}

/** The head, read in the same snapshot as everything else. */
export const HEAD_COLUMNS = `h."seq"::float8 AS "seq", h."hash", (extract(epoch FROM h."at") * 1000)::float8 AS "at",
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "now", h."logId"`;

/**
 * $1 tenant, then one text array of ids for each kind. Returns one row: the head, and a JSON array
 * of rows for each kind.
 */
export function loadStatement(kinds: readonly Kind[]): string {
  const name = `load:${kinds.join(",")}`;
  let text = texts.get(name);
  if (!text) {
    const columns = kinds.map(
      (kind, index) =>
        `(SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (${SELECT_ROWS[kind]} AND "id" = ANY ($${index + 2}::text[])) AS r)::text AS ${quote(kind)}`,
    );
    text = `SELECT /* lane load */ ${[HEAD_COLUMNS, ...columns].join(",\n  ")} FROM "LogHead" AS h WHERE h."tenantId" = $1`;
    texts.set(name, text);
  }
  return text;
}

/**
 * $1 tenant · $2 agent · $3 capabilities · $4 queues or null · $5 time · $6 limit · $7 queues to
 * skip · $8 queues known to have room. Returns the head and the ids, best first. Takes the best of
 * each queue that has room and merges them, so that jobs waiting in paused and full queues cost
 * nothing, however many.
 */
export const CLAIMABLE_JOBS = `SELECT /* lane claimable jobs */ ${HEAD_COLUMNS},
  (SELECT coalesce(json_agg(c."id"), '[]') FROM (
    SELECT j."id" FROM "Queue" AS q CROSS JOIN LATERAL (
      SELECT "id", "priority", "runAt" FROM "Job"
      WHERE "tenantId" = $1 AND "queue" = q."id" AND "status" = 'queued' AND "runAt" <= $5::text::timestamptz
        AND ("capability" IS NULL OR "capability" = ANY ($3::text[]))
        AND ("agentKey" IS NULL OR "agentKey" = $2)
      ORDER BY "priority" DESC, "runAt", "id" LIMIT $6::int) AS j
    WHERE q."tenantId" = $1 AND ($4::text[] IS NULL OR q."id" = ANY ($4::text[])) AND q."id" <> ALL ($7::text[])
      AND (q."jobCounts" ->> 'queued')::int > 0
      AND (q."id" = ANY ($8::text[]) OR (NOT q."paused"
        AND (q."concurrency" IS NULL OR q."concurrency" > (q."jobCounts" ->> 'running')::int)))
    ORDER BY j."priority" DESC, j."runAt", j."id" LIMIT $6::int) AS c)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 runs · $3 statuses · $4 limit of each or null · $5 tokens or null. Returns the
 * head and, run by run, the ids of its jobs in these statuses (and of these tokens, if given),
 * oldest first.
 */
export const JOBS_OF_RUNS = ofEachRun(
  "jobs of runs",
  `SELECT "id" FROM "Job" WHERE "tenantId" = $1 AND "runId" = r."id" AND "status" = ANY ($3::text[])
      AND ($5::text[] IS NULL OR "tokenId" = ANY ($5::text[]))
    ORDER BY "createdAt", "id" LIMIT $4::int`,
);

/**
 * $1 tenant · $2 runs · $3 statuses · $4 limit of each or null. Returns the head and, run by run,
 * the ids of its workstreams that follow their jobs and are in these statuses, oldest first.
 */
export const WORKSTREAMS_OF_RUNS = ofEachRun(
  "workstreams of runs",
  `SELECT "id" FROM "Workstream" WHERE "tenantId" = $1 AND "runId" = r."id" AND "follow" = 'jobs' AND "status" = ANY ($3::text[])
    ORDER BY "createdAt", "id" LIMIT $4::int`,
);

/** Selects `what` for each run `r` of $2; returns a list of lists in the order of $2. */
function ofEachRun(name: string, what: string): string {
  return `SELECT /* lane ${name} */ ${HEAD_COLUMNS},
  (SELECT json_agg(coalesce((SELECT json_agg(c."id") FROM (${what}) AS c), '[]') ORDER BY r."at")
    FROM unnest($2::text[]) WITH ORDINALITY AS r("id", "at"))::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;
}

/**
 * $1 tenant · $2 capability or null · $3 limit. Returns the head and the keys of agents: those with
 * the capability first, then those that accept jobs, then by last seen.
 */
export const AGENTS = `SELECT /* lane agents */ ${HEAD_COLUMNS},
  (SELECT coalesce(json_agg(c."id"), '[]') FROM (
    SELECT a."id" FROM "Agent" AS a LEFT JOIN "Breaker" AS b ON b."tenantId" = a."tenantId" AND b."id" = a."id" WHERE a."tenantId" = $1
    ORDER BY ($2::text IS NULL OR $2::text = ANY (a."capabilities")) DESC, a."draining" OR coalesce(b."state" IN ('open', 'forced_open'), false),
      a."lastSeenAt" DESC, a."id" LIMIT $3::int) AS c)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 type of task · $3 time · $4 limit. Returns the head and the ids of its hourly
 * tallies since then, newest first.
 */
export const HOURS_OF_TYPE = `SELECT /* lane hours of type */ ${HEAD_COLUMNS},
  (SELECT coalesce(json_agg(c."id"), '[]') FROM (
    SELECT "id" FROM "Tally" WHERE "tenantId" = $1 AND "width" = 'hour' AND "t" >= $3::text::timestamptz AND "taskType" = $2
    ORDER BY "t" DESC, "agentKey" LIMIT $4::int) AS c)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/** $1 tenant · $2 runs. Returns the head and the keys of all rows that belong to them. */
export const PARTS_OF_RUNS = `SELECT /* lane parts of runs */ ${HEAD_COLUMNS},
  (WITH alerts AS (SELECT "id" FROM "Alert" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[]))
  SELECT coalesce(json_agg(p."key"), '[]') FROM (
    SELECT 'workstream:' || "id" AS "key" FROM "Workstream" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[])
    UNION ALL SELECT 'job:' || "id" FROM "Job" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[])
    UNION ALL SELECT 'attempt:' || "id" FROM "Attempt" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[])
    UNION ALL SELECT 'approval:' || "id" FROM "Approval" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[])
    UNION ALL SELECT 'decision:' || "id" FROM "RoutingDecision" WHERE "tenantId" = $1 AND "runId" = ANY ($2::text[])
    UNION ALL SELECT 'outcome:' || o."id" FROM "Attempt" AS t JOIN "Outcome" AS o ON o."tenantId" = $1 AND o."id" = 'attempt:' || t."id"
      WHERE t."tenantId" = $1 AND t."runId" = ANY ($2::text[])
    UNION ALL SELECT 'outcome:' || o."id" FROM "RoutingDecision" AS d JOIN "Outcome" AS o ON o."tenantId" = $1 AND o."id" = 'decision:' || d."id"
      WHERE d."tenantId" = $1 AND d."runId" = ANY ($2::text[])
    UNION ALL SELECT 'alert:' || "id" FROM alerts
    UNION ALL SELECT 'delivery:' || d."id" FROM "Delivery" AS d JOIN alerts AS a ON a."id" = d."alertId" WHERE d."tenantId" = $1
  ) AS p)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/** $1 tenant · $2 agents. Returns the head and the keys of rows that still name them. */
export const USES_OF_AGENTS = `SELECT /* lane uses of agents */ ${HEAD_COLUMNS},
  (WITH alerts AS (SELECT "id" FROM "Alert" WHERE "tenantId" = $1 AND "subjectKind" = 'agent' AND "subjectId" = ANY ($2::text[]))
  SELECT coalesce(json_agg(p."key"), '[]') FROM (
    SELECT 'outcome:' || o."id" AS "key" FROM unnest($2::text[]) AS a("id") CROSS JOIN LATERAL (
      SELECT "id" FROM "Outcome" WHERE "tenantId" = $1 AND "agentKey" = a."id" LIMIT 1) AS o
    UNION ALL SELECT 'decision:' || d."id" FROM unnest($2::text[]) AS a("id") CROSS JOIN LATERAL (
      SELECT "id" FROM "RoutingDecision" WHERE "tenantId" = $1 AND "selectedAgent" = a."id" LIMIT 1) AS d
    UNION ALL SELECT 'alert:' || "id" FROM alerts
    UNION ALL SELECT 'delivery:' || d."id" FROM "Delivery" AS d JOIN alerts AS a ON a."id" = d."alertId" WHERE d."tenantId" = $1
  ) AS p)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 job ids. Returns the head and the ids of these jobs and of those that wait for
 * them, nearest first, at most 1,000.
 */
export const DOWNSTREAM = `SELECT /* lane downstream */ ${HEAD_COLUMNS},
  (WITH RECURSIVE reach AS (
    SELECT j."id", j."dependents" FROM "Job" AS j WHERE j."tenantId" = $1 AND j."id" = ANY ($2::text[])
    UNION SELECT j."id", j."dependents" FROM reach AS r JOIN "Job" AS j ON j."tenantId" = $1 AND j."id" = ANY (r."dependents"))
  SELECT coalesce(json_agg(c."id"), '[]') FROM (SELECT "id" FROM reach LIMIT 1000) AS c)::text AS "ids"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 our position · $3 the chain's hash there. Returns the head, the floor, the keys of
 * all rows changed since (except below the floor), and `same`: whether the log has our position
 * with that hash. If not, it is another log.
 */
export const TOUCHED_SINCE = `SELECT /* lane touched since */ ${HEAD_COLUMNS}, h."floor"::float8 AS "floor",
  (CASE WHEN h."seq" <= $2::text::int8 THEN h."seq" = $2::text::int8 AND h."hash" = $3
    WHEN h."floor" >= $2::text::int8 THEN true
    ELSE EXISTS (SELECT 1 FROM "Receipt" AS r WHERE r."tenantId" = $1 AND r."lastSeq" = $2::text::int8 AND r."hash" = $3) END) AS "same",
  (SELECT coalesce(json_agg(DISTINCT k), '[]') FROM "Receipt" AS r, unnest(r."touched") AS k
    WHERE r."tenantId" = $1 AND r."lastSeq" > $2::text::int8)::text AS "touched"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 current id. Gives a log another id when its history is not the one clients know;
 * only the first caller changes it.
 */
export const RENAME_LOG = `UPDATE /* lane rename log */ "LogHead" SET "logId" = gen_random_uuid() WHERE "tenantId" = $1 AND "logId" = $2`;

export const LOCK_HEAD = `SELECT /* lane lock head */ ${HEAD_COLUMNS} FROM "LogHead" AS h WHERE h."tenantId" = $1 FOR UPDATE`;
export const READ_HEAD = `SELECT /* lane head */ ${HEAD_COLUMNS} FROM "LogHead" AS h WHERE h."tenantId" = $1`;

/**
 * $1 tenant · $2 receipt ids. Returns those that are stored: shows whether a batch of unknown
 * outcome was written.
 */
export const FIND_RECEIPTS = `SELECT /* lane find receipts */ "receiptId", "hash" FROM "Receipt" WHERE "tenantId" = $1 AND "receiptId" = ANY ($2::text[])`;

/**
 * $1 tenant · $2 `principal key` pairs joined by a space · $3 the principals · $4 the keys. Returns
 * the head and the keys found.
 */
export const FIND_KEYS = `SELECT /* lane find keys */ ${HEAD_COLUMNS},
  (SELECT coalesce(json_agg(json_build_object('principal', k."principal", 'key', k."key", 'fingerprint', k."fingerprint", 'receipt', k."receipt",
      'expiresAt', (extract(epoch FROM k."expiresAt") * 1000)::float8)), '[]')
    FROM "IdempotencyKey" AS k WHERE k."tenantId" = $1 AND (k."principal" || ' ' || k."key") = ANY ($2::text[])
      AND k."principal" = ANY ($3::text[]) AND k."key" = ANY ($4::text[]))::text AS "keys"
  FROM "LogHead" AS h WHERE h."tenantId" = $1`;
