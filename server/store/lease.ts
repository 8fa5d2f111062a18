import { randomBytes } from "node:crypto";
import type { LaneQueries } from "./lane/lane-database.ts";
import { AHEAD } from "./sql.ts";

/**
 * A lease on database time: one server at a time holds it. A holder that dies loses it after
 * `forMs`; a lease that ends too far in the future was written by a wrong clock and counts as free.
 */
export class Lease {
  readonly #holder = randomBytes(8).toString("hex");
  #held = false;

  constructor(
    readonly queries: LaneQueries,
    readonly name: string,
    /** How long it is valid without renewal, ms. */
    readonly forMs: number,
  ) {}

  /** Whether the last `take` succeeded. */
  get held(): boolean {
    return this.#held;
  }

  /** Takes or renews it; false when another server holds it. Rejects when the database is away. */
  async take(): Promise<boolean> {
    const rows = await this.queries.query<{ held: number }>(TAKE, [this.name, this.#holder, this.forMs]);
    this.#held = rows.length > 0;
    return this.#held;
  }

  /**
   * Releases it, so that the next holder need not wait. Never rejects: an unreleased lease expires.
   */
  async drop(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await this.queries.query(DROP, [this.name, this.#holder]).catch(() => {});
  }
}

const TAKE = `INSERT INTO "Lease" AS l ("name", "holder", "expiresAt") VALUES ($1, $2, now() + $3::int * interval '1 millisecond')
  ON CONFLICT ("name") DO UPDATE SET "holder" = excluded."holder", "expiresAt" = excluded."expiresAt"
  WHERE l."holder" = excluded."holder" OR l."expiresAt" <= now() OR l."expiresAt" > ${AHEAD} + 10 * ($3::int * interval '1 millisecond') RETURNING 1 AS "held"`;

const DROP = `DELETE FROM "Lease" WHERE "name" = $1 AND "holder" = $2 RETURNING 1 AS "dropped"`;

/** Long work done by one caller at a time for a tenant. */
export type SoleWork = "cleanup" | "recalculation" | "retention";

/** Another caller is doing this work for this tenant. */
export class AlreadyRunning extends Error {
  override name = "AlreadyRunning";
  constructor(
    readonly work: SoleWork,
    tenantId: string,
  ) {
    super(`${work} of ${tenantId} is already running`);
  }
}

/**
 * Does long work under a lease on a tenant, and releases the lease however the work ends. `renew`
 * is called between two pieces of work; it throws AlreadyRunning when the lease was lost.
 *
 * @throws AlreadyRunning when another caller is doing it
 */
export async function alone<T>(
  { queries, work, tenantId, forMs }: { queries: LaneQueries; work: SoleWork; tenantId: string; forMs: number },
  doIt: (renew: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lease = new Lease(queries, `${work}:${tenantId}`, forMs);
  const renew = async () => {
    if (!(await lease.take())) throw new AlreadyRunning(work, tenantId);
  };
  await renew();
  try {
    return await doIt(renew);
  } finally {
    await lease.drop();
  }
}
