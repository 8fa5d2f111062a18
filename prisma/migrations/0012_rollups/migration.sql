-- CreateTable
CREATE TABLE "Rollup" (
    "tenantId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "agentKey" TEXT NOT NULL DEFAULT '',
    "taskType" TEXT NOT NULL DEFAULT '',
    "width" TEXT NOT NULL,
    "t" TIMESTAMPTZ(3) NOT NULL,
    "total" INTEGER NOT NULL DEFAULT 0,
    "successful" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "upstream" INTEGER NOT NULL DEFAULT 0,
    "timed" INTEGER NOT NULL DEFAULT 0,
    "totalDurationMs" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "histogram" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "Rollup_pkey" PRIMARY KEY ("tenantId","width","scope","agentKey","taskType","t")
);

-- CreateTable
CREATE TABLE "RollupMark" (
    "tenantId" TEXT NOT NULL,
    "width" TEXT NOT NULL,
    "upTo" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RollupMark_pkey" PRIMARY KEY ("tenantId","width")
);

-- CreateIndex
CREATE INDEX "Rollup_tenantId_width_t_idx" ON "Rollup"("tenantId", "width", "t");
