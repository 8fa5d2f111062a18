import type { PrismaClient } from "../database/generated/client.ts";
import type { LaneQueries } from "./lane/lane-database.ts";

/** All tenants with a log. */
export async function readTenants(queries: LaneQueries): Promise<string[]> {
  const tenants = await queries.query<{ tenantId: string }>(`SELECT "tenantId" FROM "LogHead" ORDER BY "tenantId"`, []);
  return tenants.map(({ tenantId }) => tenantId);
}

/** Creates a tenant and its empty log, unless they exist. */
export async function ensureTenant(prisma: PrismaClient, tenantId: string, name: string): Promise<void> {
  await prisma.$transaction([
    prisma.tenant.createMany({ data: [{ id: tenantId, name }], skipDuplicates: true }),
    prisma.logHead.createMany({ data: [{ tenantId }], skipDuplicates: true }),
  ]);
}
