-- AlterTable
ALTER TABLE "Alert" ADD COLUMN     "heldAt" TIMESTAMPTZ(3),
ADD COLUMN     "reach" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Delivery" ADD COLUMN     "digestId" TEXT;

-- AlterTable
ALTER TABLE "Rule" ADD COLUMN     "notifyFolded" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "Pace" (
    "tenantId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "recent" JSONB NOT NULL DEFAULT '[]',
    "digestId" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "Pace_pkey" PRIMARY KEY ("tenantId","id")
);

-- CreateIndex
CREATE INDEX "Alert_tenantId_heldAt_idx" ON "Alert"("tenantId", "heldAt");

-- CreateIndex
CREATE INDEX "Delivery_tenantId_digestId_idx" ON "Delivery"("tenantId", "digestId");
