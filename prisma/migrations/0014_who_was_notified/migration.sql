-- AlterTable
ALTER TABLE "Alert" ADD COLUMN     "notified" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "snoozedValue" DOUBLE PRECISION;

-- Who was notified of the alerts that are open: by what was sent since each fired.
UPDATE "Alert" AS a SET "notified" = sent."notified"
FROM (
  SELECT "tenantId", "alertId", jsonb_object_agg("channelId", "at") AS "notified"
  FROM (
    SELECT d."tenantId", d."alertId", d."channelId",
      to_char(min(d."createdAt") AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "at"
    FROM "Delivery" AS d JOIN "Alert" AS o ON o."tenantId" = d."tenantId" AND o."id" = d."alertId"
    WHERE o."status" IN ('firing', 'acknowledged', 'snoozed') AND d."createdAt" >= o."firedAt" AND d."replayOf" IS NULL
      AND d."event" IN ('alert.fired', 'alert.reopened', 'alert.unacknowledged', 'alert.woken', 'alert.escalated')
    GROUP BY 1, 2, 3
  ) AS first GROUP BY 1, 2
) AS sent
WHERE a."tenantId" = sent."tenantId" AND a."id" = sent."alertId";

UPDATE "Alert" SET "snoozedValue" = "value" WHERE "snoozeMode" = 'worse';
