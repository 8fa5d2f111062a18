import type pg from "pg";
import { faultOf, isAboutData, type Reason, sqlStateOf } from "../../database/faults.ts";
import { createStatementNamer } from "../../database/statement-names.ts";

/** What the lane needs of a database: a query with a stable text (so that it is prepared by name), and a transaction. */
export interface LaneDatabase extends LaneQueries {
  transaction<T>(work: (queries: LaneQueries) => Promise<T>): Promise<T>;
}

export interface LaneQueries {
  query<R>(text: string, values: readonly unknown[]): Promise<R[]>;
}

/**
 * The lane's database over the pool that Prisma's client uses too, but past the client: its raw queries cost the lane 0.1 ms each, a third of
 * what an idle commit takes (docs/decisions/0012). Statements are prepared by name from their second use on.
 */
export function laneDatabase(pool: pg.Pool): LaneDatabase {
  return {
    ...queriesOf(pool),
    async transaction(work) {
      const client = await pool.connect().catch(failed);
      // A transaction that cannot be ended properly must not go back into the pool.
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

/** Texts differ by the tables that a commit touches, so a caller can make many: those that come again have a name, up to a bound. */
const nameOf = createStatementNamer({ limit: 500, minSeen: 2 });

/** A query or a transaction failed; `failure` says what is known about it. */
export class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly failure: Failure;
  /** Why the database is not at work; of no meaning where `failure` is about the data. */
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

/** How a failed statement is to be understood. */
export type Failure = "unique" | "refused" | "transient" | "connection";

/**
 * `connection`: nobody knows whether it happened. `transient`: it did not, and may if asked again. `unique`: a row that was assumed absent is
 * there. `refused`: Postgres will not have this data.
 */
function failureOf(error: unknown): Failure {
  const code = sqlStateOf(error);
  if (code === undefined) return "connection";
  if (code === "23505") return "unique";
  if (isAboutData(code)) return "refused";
  return /^(08|57P|25P0[23]$|40003$)/.test(code) ? "connection" : "transient";
}
