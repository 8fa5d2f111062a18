-- CreateIndex
CREATE INDEX "Approval_tenantId_taskId_idx" ON "Approval"("tenantId", "taskId");

-- CreateIndex
CREATE INDEX "Session_tenantId_agentRole_createdAt_id_idx" ON "Session"("tenantId", "agentRole", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Task_tenantId_idempotencyKey_idx" ON "Task"("tenantId", "idempotencyKey");
