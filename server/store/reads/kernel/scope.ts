import type { PrismaClient } from "../../../database/generated/client.ts";
import type { LaneQueries } from "../../lane/lane-database.ts";

/** For reads in raw SQL, which the tenant-scoped client cannot confine: each of them filters by `tenantId` itself. */
export interface Scope {
  prisma: PrismaClient;
  tenantId: string;
  /** The database's time, epoch ms. */
  now: number;
}

/** The same statements as the lane's, over the pool that reads go by. */
export function queriesOf(prisma: PrismaClient): LaneQueries {
  return { query: (text, values) => prisma.$queryRawUnsafe(text, ...values) };
}
