-- AlterTable
ALTER TABLE "RoutingDecision" ADD COLUMN     "breakerEpoch" INTEGER,
ADD COLUMN     "permitId" TEXT;

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_jobId_idx" ON "RoutingDecision"("tenantId", "jobId");

-- CreateIndex
CREATE INDEX "RoutingDecision_tenantId_fallbackOf_idx" ON "RoutingDecision"("tenantId", "fallbackOf");
