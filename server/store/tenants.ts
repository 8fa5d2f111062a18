import type { PrismaClient } from "../database/generated/client.ts";

/** Makes a tenant and its empty log, or leaves them as they are. */
export async function ensureTenant(prisma: PrismaClient, tenantId: string, name: string): Promise<void> {
  await prisma.$transaction([
    prisma.tenant.createMany({ data: [{ id: tenantId, name }], skipDuplicates: true }),
    prisma.logHead.createMany({ data: [{ tenantId }], skipDuplicates: true }),
  ]);
}
