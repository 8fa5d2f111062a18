import type pg from "pg";
import { faultOf, isAboutData, type Reason, sqlStateOf } from "../../database/faults.ts";
import { createStatementNamer } from "../../database/statement-names.ts";

/**
 * What the lane needs of a database: a query with a stable text (prepared by name), and a
 * transaction.
 */
export interface LaneDatabase extends LaneQueries {
  transaction<T>(work: (queries: LaneQueries) => Promise<T>): Promise<T>;
}

export interface LaneQueries {
  query<R>(text: string, values: readonly unknown[]): Promise<R[]>;
}

/**
 * The lane's database over the pool of Prisma's client, but without the client: its raw queries
 * cost the lane 0.1 ms each, a third of an idle commit (docs/decisions/0012). Statements are
 * prepared by name from their second use on.
 */
export function laneDatabase(pool: pg.Pool): LaneDatabase {
  return {
    ...queriesOf(pool),
    async transaction(work) {
      const client = await pool.connect().catch(failed);
      // A transaction that cannot be ended cleanly must not go back into the pool.
      let broken = true;
      try {
        await client.query("BEGIN").catch(failed);
        const answer = await work(queriesOf(client)).catch(async (error: unknown) => {
          broken = !(await client.query("ROLLBACK").then(
            () => true,
            () => false,
          ));
          throw error;
        });
        await client.query("COMMIT").catch(failed);
        broken = false;
        return answer;
      } finally {
        client.release(broken);
      }
    },
  };
}

function queriesOf(client: pg.Pool | pg.PoolClient): LaneQueries {
  return {
    async query<R>(text: string, values: readonly unknown[]) {
      const { rows } = await client.query({ name: nameOf(text), text, values: values as unknown[] }).catch(failed);
      return rows as R[];
    },
  };
}

/**
 * Texts differ by the tables that a commit touches, so a caller can cause many: only repeated ones
 * get a name, up to a limit.
 */
const nameOf = createStatementNamer({ limit: 500, minSeen: 2 });

/** A query or a transaction failed; `failure` classifies how. */
export class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly failure: Failure;
  /** Why the database is unavailable; meaningless when `failure` is about the data. */
  readonly reason: Reason;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.failure = failureOf(cause);
    this.reason = faultOf(cause)?.reason ?? "failing";
  }
}

function failed(error: unknown): never {
  throw new DatabaseFailure(error);
}

/** How to treat a failed statement. */
export type Failure = "unique" | "refused" | "transient" | "connection";

/**
 * `connection`: unknown whether it was executed. `transient`: not executed, may work when retried.
 * `unique`: a row assumed absent exists. `refused`: Postgres rejects this data.
 */
function failureOf(error: unknown): Failure {
  const code = sqlStateOf(error);
  if (code === undefined) return "connection";
  if (code === "23505") return "unique";
  if (isAboutData(code)) return "refused";
  return /^(08|57P|25P0[23]$|40003$)/.test(code) ? "connection" : "transient";
}
