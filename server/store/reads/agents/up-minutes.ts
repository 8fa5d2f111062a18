import type { Scope } from "../kernel/scope.ts";

interface Grid {
  from: number;
  to: number;
  step: number;
}

/**
 * Indexes of the steps in which a server was up to count: those noted by `up.ts`, and the current
 * one. For others it is unknown what would have been counted.
 */
export async function knownSteps({ prisma, tenantId, now }: Scope, { from, to, step }: Grid): Promise<number[]> {
  const rows = await prisma.$queryRaw<{ slot: number }[]>`
    SELECT DISTINCT floor((extract(epoch FROM g."t") * 1000 - ${from}::float8) / ${step}::float8)::int AS "slot" FROM "Gauge" AS g
    WHERE g."tenantId" = ${tenantId} AND g."metric" IN ('up', 'up_hour') AND g."key" = '' AND g."t" >= ${new Date(from)} AND g."t" < ${new Date(to)}
      AND (g."metric" = 'up' OR ${step}::float8 >= 3600000)`;
  const slots = rows.map(({ slot }) => slot);
  return now >= from && now < to ? [...slots, Math.floor((now - from) / step)] : slots;
}
