-- DropIndex
DROP INDEX "Job_tenantId_queue_status_idx";

-- AlterTable
ALTER TABLE "Agent" ADD COLUMN     "bounded" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "Job_tenantId_queue_status_priority_runAt_id_idx" ON "Job"("tenantId", "queue", "status", "priority" DESC, "runAt", "id");
