-- Times that a row begins with are the database's own, never the process's that makes it.

-- AlterTable
ALTER TABLE "ApiKey" ALTER COLUMN "createdAt" SET DEFAULT statement_timestamp();

-- AlterTable
ALTER TABLE "LogHead" ALTER COLUMN "at" SET DEFAULT statement_timestamp();

-- AlterTable
ALTER TABLE "Tenant" ALTER COLUMN "createdAt" SET DEFAULT statement_timestamp();
