-- AlterTable
ALTER TABLE "Alert" ADD COLUMN     "causeId" TEXT,
ADD COLUMN     "comments" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "escalateAt" TIMESTAMPTZ(3),
ADD COLUMN     "escalationStep" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pendingSince" TIMESTAMPTZ(3),
ADD COLUMN     "resolvedBy" TEXT,
ADD COLUMN     "runId" TEXT,
ADD COLUMN     "snoozeMode" TEXT,
ADD COLUMN     "snoozedUntil" TIMESTAMPTZ(3),
ADD COLUMN     "threshold" DOUBLE PRECISION,
ADD COLUMN     "value" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "Event" ADD COLUMN     "traceId" TEXT;

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "approvalId" TEXT,
ADD COLUMN     "escalate" JSONB,
ADD COLUMN     "escalatedAt" TIMESTAMPTZ(3),
ADD COLUMN     "tokenId" TEXT;

-- AlterTable
ALTER TABLE "LogHead" ADD COLUMN     "floorHash" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "Outcome" ADD COLUMN     "fault" TEXT;

-- AlterTable
ALTER TABLE "RoutingDecision" ADD COLUMN     "fallbackOf" TEXT,
ADD COLUMN     "weights" JSONB;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "scopes" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "stepCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tokens" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Statistics" ADD COLUMN     "baseline" JSONB,
ADD COLUMN     "upstream" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Queue" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "concurrency" INTEGER,
    "capacity" INTEGER,
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "pauseReason" TEXT,
    "jobCounts" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Queue_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Session" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "agentRole" TEXT NOT NULL,
    "taskId" TEXT,
    "status" TEXT NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Task" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "taskType" TEXT NOT NULL,
    "idempotencyKey" TEXT,
    "fromAgent" TEXT,
    "toAgent" TEXT,
    "payload" JSONB,
    "traceId" TEXT,
    "status" TEXT NOT NULL,
    "result" JSONB,
    "error" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "routedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Task_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "TaskKey" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "taskId" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "TaskKey_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Approval" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "detail" TEXT,
    "runId" TEXT,
    "jobId" TEXT,
    "taskId" TEXT,
    "payload" JSONB,
    "status" TEXT NOT NULL,
    "requiredApprovals" INTEGER NOT NULL DEFAULT 1,
    "options" TEXT[],
    "decisions" JSONB NOT NULL DEFAULT '[]',
    "comment" TEXT,
    "edit" JSONB,
    "requestedBy" TEXT NOT NULL,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "consumedAt" TIMESTAMPTZ(3),
    "consumedBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Tally" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "agentKey" TEXT NOT NULL,
    "taskType" TEXT NOT NULL,
    "width" TEXT NOT NULL,
    "t" TIMESTAMPTZ(3) NOT NULL,
    "total" INTEGER NOT NULL DEFAULT 0,
    "successful" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "upstream" INTEGER NOT NULL DEFAULT 0,
    "timed" INTEGER NOT NULL DEFAULT 0,
    "totalDurationMs" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "histogram" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Tally_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Gauge" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "t" TIMESTAMPTZ(3) NOT NULL,
    "last" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Gauge_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Rule" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "ruleKind" TEXT NOT NULL,
    "params" JSONB NOT NULL DEFAULT '{}',
    "severity" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "forMs" INTEGER NOT NULL DEFAULT 0,
    "channels" TEXT[],
    "escalation" JSONB NOT NULL DEFAULT '[]',
    "removedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Rule_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Channel" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "channelKind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "secret" TEXT,
    "previousSecret" TEXT,
    "secretRotatedAt" TIMESTAMPTZ(3),
    "removedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Channel_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Delivery" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "alertId" TEXT,
    "event" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3),
    "payload" JSONB NOT NULL,
    "responseStatus" INTEGER,
    "error" TEXT,
    "replayOf" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "deliveredAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateIndex
CREATE INDEX "Session_tenantId_createdAt_id_idx" ON "Session"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Session_tenantId_status_updatedAt_idx" ON "Session"("tenantId", "status", "updatedAt");

-- CreateIndex
CREATE INDEX "Session_tenantId_taskId_idx" ON "Session"("tenantId", "taskId");

-- CreateIndex
CREATE INDEX "Task_tenantId_createdAt_id_idx" ON "Task"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Task_tenantId_status_createdAt_idx" ON "Task"("tenantId", "status", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Task_tenantId_toAgent_createdAt_idx" ON "Task"("tenantId", "toAgent", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Task_tenantId_fromAgent_createdAt_idx" ON "Task"("tenantId", "fromAgent", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "TaskKey_expiresAt_idx" ON "TaskKey"("expiresAt");

-- CreateIndex
CREATE INDEX "Approval_tenantId_createdAt_id_idx" ON "Approval"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Approval_tenantId_status_createdAt_idx" ON "Approval"("tenantId", "status", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Approval_tenantId_status_expiresAt_idx" ON "Approval"("tenantId", "status", "expiresAt");

-- CreateIndex
CREATE INDEX "Approval_tenantId_jobId_idx" ON "Approval"("tenantId", "jobId");

-- CreateIndex
CREATE INDEX "Approval_tenantId_runId_idx" ON "Approval"("tenantId", "runId");

-- CreateIndex
CREATE INDEX "Tally_tenantId_width_t_agentKey_idx" ON "Tally"("tenantId", "width", "t", "agentKey");

-- CreateIndex
CREATE INDEX "Tally_tenantId_agentKey_width_t_idx" ON "Tally"("tenantId", "agentKey", "width", "t");

-- CreateIndex
CREATE INDEX "Gauge_tenantId_metric_key_t_idx" ON "Gauge"("tenantId", "metric", "key", "t");

-- CreateIndex
CREATE INDEX "Gauge_tenantId_t_idx" ON "Gauge"("tenantId", "t");

-- CreateIndex
CREATE INDEX "Delivery_tenantId_status_nextAt_idx" ON "Delivery"("tenantId", "status", "nextAt");

-- CreateIndex
CREATE INDEX "Delivery_tenantId_channelId_createdAt_idx" ON "Delivery"("tenantId", "channelId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Delivery_tenantId_alertId_createdAt_idx" ON "Delivery"("tenantId", "alertId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Delivery_tenantId_createdAt_id_idx" ON "Delivery"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Event_tenantId_subjectKind_subjectId_seq_idx" ON "Event"("tenantId", "subjectKind", "subjectId", "seq");

-- CreateIndex
CREATE INDEX "Job_tenantId_queue_status_idx" ON "Job"("tenantId", "queue", "status");

-- Queues exist from their first job: those of jobs that are there already come to be now, with their figures.
INSERT INTO "Queue" ("tenantId", "id", "jobCounts", "createdAt", "updatedAt", "seq")
SELECT j."tenantId", j."queue",
  jsonb_build_object('waiting', count(*) FILTER (WHERE j."status" = 'waiting'), 'queued', count(*) FILTER (WHERE j."status" = 'queued'),
    'running', count(*) FILTER (WHERE j."status" = 'running'), 'completed', count(*) FILTER (WHERE j."status" = 'completed'),
    'failed', count(*) FILTER (WHERE j."status" = 'failed'), 'timed_out', count(*) FILTER (WHERE j."status" = 'timed_out'),
    'cancelled', count(*) FILTER (WHERE j."status" = 'cancelled')),
  min(j."createdAt"), max(j."updatedAt"), max(h."seq")
FROM "Job" AS j JOIN "LogHead" AS h ON h."tenantId" = j."tenantId"
GROUP BY j."tenantId", j."queue";
