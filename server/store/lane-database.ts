/** What the lane needs of a database: a query with a stable text (so that it is prepared by name), and a transaction. */
export interface LaneDatabase extends LaneQueries {
  transaction<T>(work: (queries: LaneQueries) => Promise<T>): Promise<T>;
}

export interface LaneQueries {
  query<R>(text: string, values: readonly unknown[]): Promise<R[]>;
}

/** The part of a Prisma client that the lane uses. */
export interface RawPrisma {
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): Promise<T>;
  $transaction<T>(
    work: (tx: Pick<RawPrisma, "$queryRawUnsafe">) => Promise<T>,
    options?: { timeout?: number; maxWait?: number },
  ): Promise<T>;
}

/** The lane's database over a Prisma client whose adapter names the statements it prepares. */
export function laneDatabase(prisma: RawPrisma): LaneDatabase {
  const queries = (client: Pick<RawPrisma, "$queryRawUnsafe">): LaneQueries => ({
    query: <R>(text: string, values: readonly unknown[]) => client.$queryRawUnsafe<R[]>(text, ...values).catch(failed),
  });
  return {
    ...queries(prisma),
    async transaction(work) {
      let own: unknown;
      const guarded = (client: Pick<RawPrisma, "$queryRawUnsafe">) =>
        work(queries(client)).catch((error: unknown) => {
          own = error;
          throw error;
        });
      return await prisma
        .$transaction(guarded, { timeout: 5000, maxWait: 2000 })
        .catch((error: unknown) => (error === own ? Promise.reject(error) : failed(error)));
    },
  };
}

/** A query or a transaction failed; `failure` says what is known about it. */
export class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly failure: Failure;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.failure = failureOf(cause);
  }
}

function failed(error: unknown): never {
  throw new DatabaseFailure(error);
}

/** How a failed statement is to be understood. */
export type Failure = "unique" | "refused" | "transient" | "connection";

/**
 * `connection`: nobody knows whether it happened. `transient`: it did not, and may if asked again. `unique`: a row that was assumed absent is
 * there. `refused`: Postgres will not have this data.
 */
function failureOf(error: unknown): Failure {
  const code = sqlState(error);
  if (code === undefined) return "connection";
  if (code === "23505") return "unique";
  if (/^(08|57P)/.test(code) || code === "25P03" || code === "25P02") return "connection";
  if (/^(40|53|55|57)/.test(code)) return "transient";
  return "refused";
}

/** The SQLSTATE of an error, however deep Prisma has wrapped it; undefined when Postgres did not answer. */
function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; typeof at === "object" && at !== null && depth < 6; depth += 1) {
    const { code, originalCode, meta, cause } = at as { [key: string]: unknown };
    for (const candidate of [originalCode, code]) {
      if (
        typeof candidate === "string" &&
        /^[0-9A-Z]{5}$/.test(candidate) &&
        !/^P\d{4}$/.test(candidate) &&
        candidate !== "EPIPE"
      )
        return candidate;
    }
    const driver =
      typeof meta === "object" && meta !== null ? (meta as { [key: string]: unknown }).driverAdapterError : undefined;
    const metaCode = typeof meta === "object" && meta !== null ? (meta as { code?: unknown }).code : undefined;
    if (typeof metaCode === "string" && /^[0-9A-Z]{5}$/.test(metaCode)) return metaCode;
    at = driver ?? cause;
  }
  return undefined;
}
