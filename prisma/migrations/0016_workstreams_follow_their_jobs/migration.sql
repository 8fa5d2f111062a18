-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "openWorkstreams" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Workstream" ADD COLUMN     "awaitingApproval" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "follow" TEXT NOT NULL DEFAULT 'jobs',
ADD COLUMN     "startedAt" TIMESTAMPTZ(3);

-- One that was moved, or made in another status than the first, is where somebody wants it. The others follow their jobs from now on;
-- the clock settles those whose jobs or run have ended already, by commits of its own.
UPDATE "Workstream" SET "follow" = 'manual' WHERE "status" <> 'pending' OR "enteredAt" <> "createdAt";

UPDATE "Workstream" AS w SET "startedAt" = a."startedAt"
FROM (SELECT "tenantId", "workstreamId", min("startedAt") AS "startedAt" FROM "Attempt" WHERE "workstreamId" IS NOT NULL
  GROUP BY "tenantId", "workstreamId") AS a
WHERE w."tenantId" = a."tenantId" AND w."id" = a."workstreamId";

UPDATE "Workstream" AS w SET "awaitingApproval" = j."jobs"
FROM (SELECT j."tenantId", j."workstreamId", count(*)::int AS "jobs" FROM "Job" AS j
  JOIN "Approval" AS a ON a."tenantId" = j."tenantId" AND a."id" = j."approvalId" AND a."status" = 'pending'
  WHERE j."workstreamId" IS NOT NULL AND j."status" = 'waiting' GROUP BY j."tenantId", j."workstreamId") AS j
WHERE w."tenantId" = j."tenantId" AND w."id" = j."workstreamId";

UPDATE "Run" AS r SET "openWorkstreams" = w."open"
FROM (SELECT "tenantId", "runId", count(*)::int AS "open" FROM "Workstream" WHERE "follow" = 'jobs'
  AND "status" IN ('pending', 'ready', 'running', 'blocked') GROUP BY "tenantId", "runId") AS w
WHERE r."tenantId" = w."tenantId" AND r."id" = w."runId";
