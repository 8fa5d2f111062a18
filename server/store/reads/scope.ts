import type { PrismaClient } from "../../database/generated/client.ts";

/** For reads in raw SQL, which the tenant-scoped client cannot confine: each of them filters by `tenantId` itself. */
export interface Scope {
  prisma: PrismaClient;
  tenantId: string;
}
