-- CreateTable
CREATE TABLE "Tenant" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LogHead" (
    "tenantId" TEXT NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "hash" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "logId" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "floor" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "LogHead_pkey" PRIMARY KEY ("tenantId")
);

-- CreateTable
CREATE TABLE "Event" (
    "tenantId" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "v" SMALLINT NOT NULL DEFAULT 1,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "subjectKind" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "runId" TEXT,
    "payload" JSON NOT NULL DEFAULT '{}',

    CONSTRAINT "Event_pkey" PRIMARY KEY ("tenantId","seq")
);

-- CreateTable
CREATE TABLE "Receipt" (
    "tenantId" TEXT NOT NULL,
    "lastSeq" BIGINT NOT NULL,
    "receiptId" TEXT NOT NULL,
    "firstSeq" BIGINT NOT NULL,
    "committedAt" TIMESTAMPTZ(3) NOT NULL,
    "principal" TEXT NOT NULL,
    "mutations" JSON NOT NULL,
    "prevHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "touched" TEXT[],

    CONSTRAINT "Receipt_pkey" PRIMARY KEY ("tenantId","receiptId")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "tenantId" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "receipt" JSON NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("tenantId","principal","key")
);

-- CreateTable
CREATE TABLE "Run" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "definition" JSONB,
    "context" JSONB NOT NULL DEFAULT '{}',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "tags" TEXT[],
    "initiatedBy" TEXT,
    "parentRunId" TEXT,
    "completion" TEXT NOT NULL DEFAULT 'manual',
    "timeoutMs" INTEGER,
    "deadlineAt" TIMESTAMPTZ(3),
    "reason" TEXT,
    "error" JSONB,
    "jobCounts" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Workstream" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "reason" TEXT,
    "jobCounts" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "enteredAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Workstream_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Job" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "workstreamId" TEXT,
    "step" TEXT,
    "tool" TEXT,
    "queue" TEXT NOT NULL DEFAULT 'default',
    "capability" TEXT,
    "agentKey" TEXT,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL,
    "runAt" TIMESTAMPTZ(3) NOT NULL,
    "dependsOn" TEXT[],
    "dependents" TEXT[],
    "unmet" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 1,
    "backoffMs" INTEGER NOT NULL DEFAULT 1000,
    "timeoutMs" INTEGER,
    "input" JSONB,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "attemptBase" INTEGER NOT NULL DEFAULT 0,
    "claimedBy" TEXT,
    "leaseToken" TEXT,
    "leaseMs" INTEGER,
    "leaseExpiresAt" TIMESTAMPTZ(3),
    "timeoutAt" TIMESTAMPTZ(3),
    "permitId" TEXT,
    "breakerEpoch" INTEGER,
    "progress" JSONB,
    "exitCode" INTEGER,
    "durationMs" DOUBLE PRECISION,
    "result" JSONB,
    "error" JSONB,
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "queuedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Attempt" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "runId" TEXT NOT NULL,
    "workstreamId" TEXT,
    "agentKey" TEXT NOT NULL,
    "tool" TEXT,
    "status" TEXT NOT NULL,
    "queuedAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "exitCode" INTEGER,
    "durationMs" DOUBLE PRECISION,
    "result" JSONB,
    "error" JSONB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Agent" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "capabilities" TEXT[],
    "capacity" INTEGER NOT NULL DEFAULT 1,
    "busy" INTEGER NOT NULL DEFAULT 0,
    "reportedBusy" INTEGER,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "drainReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Agent_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Breaker" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "window" JSONB NOT NULL,
    "trials" JSONB NOT NULL DEFAULT '[]',
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "calls" INTEGER NOT NULL DEFAULT 0,
    "failureCount" INTEGER NOT NULL DEFAULT 0,
    "successCount" INTEGER NOT NULL DEFAULT 0,
    "failureRate" DOUBLE PRECISION,
    "slowCallRate" DOUBLE PRECISION,
    "openedAt" TIMESTAMPTZ(3),
    "resetAt" TIMESTAMPTZ(3),
    "openings" INTEGER NOT NULL DEFAULT 0,
    "override" JSONB,
    "lastError" TEXT,
    "changedAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Breaker_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Statistics" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "total" INTEGER NOT NULL DEFAULT 0,
    "successful" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "totalDurationMs" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "timed" INTEGER NOT NULL DEFAULT 0,
    "histogram" JSONB NOT NULL DEFAULT '{}',
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Statistics_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Outcome" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "agentKey" TEXT NOT NULL,
    "success" BOOLEAN NOT NULL,
    "durationMs" DOUBLE PRECISION,
    "taskType" TEXT,
    "runId" TEXT,
    "jobId" TEXT,
    "error" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Outcome_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "RoutingDecision" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "taskId" TEXT NOT NULL,
    "taskType" TEXT NOT NULL,
    "requiredCapability" TEXT,
    "selectedAgent" TEXT NOT NULL,
    "priority" INTEGER,
    "agentScore" DOUBLE PRECISION,
    "candidates" JSONB NOT NULL DEFAULT '[]',
    "success" BOOLEAN,
    "errorMessage" TEXT,
    "retryAttempts" INTEGER,
    "routingDurationMs" DOUBLE PRECISION,
    "durationMs" DOUBLE PRECISION,
    "runId" TEXT,
    "jobId" TEXT,
    "routedAt" TIMESTAMPTZ(3) NOT NULL,
    "outcomeAt" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "RoutingDecision_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "Alert" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "detail" TEXT,
    "subjectKind" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "firedAt" TIMESTAMPTZ(3) NOT NULL,
    "acknowledgedAt" TIMESTAMPTZ(3),
    "acknowledgedBy" TEXT,
    "note" TEXT,
    "ackExpiresAt" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),
    "reopened" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'admin',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "tenantId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'admin',

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("tenantId","userId")
);

-- CreateTable
CREATE TABLE "AuthUser" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuthUser_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuthSession" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,

    CONSTRAINT "AuthSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuthAccount" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshTokenExpiresAt" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuthAccount_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuthVerification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuthVerification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "Event_tenantId_runId_seq_idx" ON "Event"("tenantId", "runId", "seq");

-- CreateIndex
CREATE INDEX "Event_tenantId_type_seq_idx" ON "Event"("tenantId", "type", "seq");

-- CreateIndex
CREATE INDEX "Receipt_tenantId_lastSeq_idx" ON "Receipt"("tenantId", "lastSeq");

-- CreateIndex
CREATE INDEX "IdempotencyKey_expiresAt_idx" ON "IdempotencyKey"("expiresAt");

-- CreateIndex
CREATE INDEX "Run_tenantId_createdAt_id_idx" ON "Run"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Run_tenantId_status_createdAt_idx" ON "Run"("tenantId", "status", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Run_tenantId_workflow_createdAt_idx" ON "Run"("tenantId", "workflow", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Run_tags_idx" ON "Run" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "Run_tenantId_finishedAt_idx" ON "Run"("tenantId", "finishedAt");

-- CreateIndex
CREATE INDEX "Workstream_tenantId_runId_createdAt_idx" ON "Workstream"("tenantId", "runId", "createdAt");

-- CreateIndex
CREATE INDEX "Workstream_tenantId_status_updatedAt_idx" ON "Workstream"("tenantId", "status", "updatedAt" DESC);

-- CreateIndex
CREATE INDEX "Workstream_tenantId_createdAt_id_idx" ON "Workstream"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Job_tenantId_runId_createdAt_idx" ON "Job"("tenantId", "runId", "createdAt");

-- CreateIndex
CREATE INDEX "Job_tenantId_workstreamId_idx" ON "Job"("tenantId", "workstreamId");

-- CreateIndex
CREATE INDEX "Job_tenantId_status_priority_runAt_idx" ON "Job"("tenantId", "status", "priority" DESC, "runAt");

-- CreateIndex
CREATE INDEX "Job_tenantId_createdAt_id_idx" ON "Job"("tenantId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Job_tenantId_claimedBy_idx" ON "Job"("tenantId", "claimedBy");

-- CreateIndex
CREATE INDEX "Attempt_tenantId_runId_startedAt_idx" ON "Attempt"("tenantId", "runId", "startedAt");

-- CreateIndex
CREATE INDEX "Attempt_tenantId_jobId_number_idx" ON "Attempt"("tenantId", "jobId", "number");

-- CreateIndex
CREATE INDEX "Attempt_tenantId_agentKey_startedAt_idx" ON "Attempt"("tenantId", "agentKey", "startedAt" DESC);

-- CreateIndex
CREATE INDEX "Breaker_tenantId_state_resetAt_idx" ON "Breaker"("tenantId", "state", "resetAt");

-- CreateIndex
CREATE INDEX "Outcome_tenantId_agentKey_at_idx" ON "Outcome"("tenantId", "agentKey", "at" DESC);

-- CreateIndex
CREATE INDEX "Outcome_tenantId_at_idx" ON "Outcome"("tenantId", "at" DESC);

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_routedAt_id_idx" ON "RoutingDecision"("tenantId", "routedAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_taskId_idx" ON "RoutingDecision"("tenantId", "taskId");

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_runId_idx" ON "RoutingDecision"("tenantId", "runId");

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_selectedAgent_routedAt_idx" ON "RoutingDecision"("tenantId", "selectedAgent", "routedAt" DESC);

-- CreateIndex
CREATE INDEX "Alert_tenantId_status_firedAt_idx" ON "Alert"("tenantId", "status", "firedAt" DESC);

-- CreateIndex
CREATE INDEX "Alert_tenantId_firedAt_id_idx" ON "Alert"("tenantId", "firedAt" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");

-- CreateIndex
CREATE INDEX "ApiKey_tenantId_idx" ON "ApiKey"("tenantId");

-- CreateIndex
CREATE INDEX "Membership_userId_idx" ON "Membership"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "AuthUser_email_key" ON "AuthUser"("email");

-- CreateIndex
CREATE UNIQUE INDEX "AuthSession_token_key" ON "AuthSession"("token");

-- CreateIndex
CREATE INDEX "AuthSession_userId_idx" ON "AuthSession"("userId");

-- CreateIndex
CREATE INDEX "AuthAccount_userId_idx" ON "AuthAccount"("userId");

-- CreateIndex
CREATE INDEX "AuthVerification_identifier_idx" ON "AuthVerification"("identifier");

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "AuthUser"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuthSession" ADD CONSTRAINT "AuthSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "AuthUser"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuthAccount" ADD CONSTRAINT "AuthAccount_userId_fkey" FOREIGN KEY ("userId") REFERENCES "AuthUser"("id") ON DELETE CASCADE ON UPDATE CASCADE;
