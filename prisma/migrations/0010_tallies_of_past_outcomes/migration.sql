-- Failures of before it was told whose doing they were count as the agent's own, as they did.
UPDATE "Outcome" SET "fault" = 'own' WHERE NOT "success" AND "fault" IS NULL;

-- Tallies of the outcomes that are there: hours of all, minutes of the last three days. Buckets of durations as in domain/figures.ts.
WITH told AS (
  SELECT o."tenantId", o."agentKey", coalesce(o."taskType", '') AS "taskType", w."width", date_trunc(w."width", o."at", 'UTC') AS "t", o."success",
    o."fault", o."durationMs", o."seq",
    CASE WHEN o."durationMs" > 1 THEN floor(8 * log(2::numeric, o."durationMs"::numeric))::int ELSE 0 END AS "bucket"
  FROM "Outcome" AS o CROSS JOIN (VALUES ('minute'), ('hour')) AS w("width")
  WHERE w."width" = 'hour' OR o."at" >= now() - interval '3 days'
), histograms AS (
  SELECT "tenantId", "agentKey", "taskType", "width", "t", jsonb_object_agg("bucket"::text, "count") AS "histogram" FROM (
    SELECT "tenantId", "agentKey", "taskType", "width", "t", "bucket", count(*) AS "count" FROM told
    WHERE "durationMs" IS NOT NULL AND "fault" IS DISTINCT FROM 'upstream' GROUP BY 1, 2, 3, 4, 5, 6
  ) AS b GROUP BY 1, 2, 3, 4, 5
), figures AS (
  SELECT "tenantId", "agentKey", "taskType", "width", "t",
    count(*) FILTER (WHERE "fault" IS DISTINCT FROM 'upstream') AS "total", count(*) FILTER (WHERE "success") AS "successful",
    count(*) FILTER (WHERE NOT "success" AND "fault" IS DISTINCT FROM 'upstream') AS "failed", count(*) FILTER (WHERE "fault" = 'upstream') AS "upstream",
    count("durationMs") FILTER (WHERE "fault" IS DISTINCT FROM 'upstream') AS "timed",
    coalesce(sum("durationMs") FILTER (WHERE "fault" IS DISTINCT FROM 'upstream'), 0) AS "totalDurationMs", max("seq") AS "seq"
  FROM told GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO "Tally" ("tenantId", "id", "agentKey", "taskType", "width", "t", "total", "successful", "failed", "upstream", "timed", "totalDurationMs", "histogram", "seq")
SELECT f."tenantId", concat(f."agentKey", '|', f."taskType", '|', f."width", '|', to_char(f."t" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  f."agentKey", f."taskType", f."width", f."t", f."total", f."successful", f."failed", f."upstream", f."timed", f."totalDurationMs",
  coalesce(h."histogram", '{}'), f."seq"
FROM figures AS f LEFT JOIN histograms AS h USING ("tenantId", "agentKey", "taskType", "width", "t")
ON CONFLICT DO NOTHING;
