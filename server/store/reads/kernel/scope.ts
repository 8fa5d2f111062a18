import type { PrismaClient } from "../../../database/generated/client.ts";
import type { LaneQueries } from "../../lane/lane-database.ts";

/**
 * For reads in raw SQL, which the tenant-scoped client cannot confine: each must filter by
 * `tenantId` itself.
 */
export interface Scope {
  prisma: PrismaClient;
  tenantId: string;
  /** The database's time, epoch ms. */
  now: number;
}

/** The lane's statements over the pool for reads. */
export function queriesOf(prisma: PrismaClient): LaneQueries {
  return { query: (text, values) => prisma.$queryRawUnsafe(text, ...values) };
}
