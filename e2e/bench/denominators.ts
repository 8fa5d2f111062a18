import pg from "pg";
import { closedLoop, type Measured } from "./load.ts";

/** What bare Postgres does on the same machine in the same run: the denominators of all ratios. */
export async function createDenominators(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 64 });
  await pool.query(
    `CREATE TABLE IF NOT EXISTS bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, type text NOT NULL, payload json NOT NULL)`,
  );
  const clients = await Promise.all(Array.from({ length: 64 }, () => pool.connect()));
  const payload = JSON.stringify({ n: 1, text: "a payload of about the size of an event" });
  const one = (caller: number) =>
    clients[caller]?.query({
      name: "one",
      text: "INSERT INTO bench_row (tenant, type, payload) VALUES ($1, $2, $3)",
      values: ["t", "x.bench", payload],
    }) as Promise<unknown>;
  const rows = JSON.stringify(Array.from({ length: 500 }, () => ({ tenant: "t", type: "x.bench", payload: { n: 1 } })));
  const recordset = () =>
    clients[0]?.query({
      name: "set",
      text: "INSERT INTO bench_row (tenant, type, payload) SELECT x.tenant, x.type, x.payload FROM jsonb_to_recordset($1::text::jsonb) AS x(tenant text, type text, payload json)",
      values: [rows],
    }) as Promise<unknown>;
  return {
    /** One-row commits over so many connections. */
    rowCommits: (connections: number, ms: number): Promise<Measured> => closedLoop(connections, ms, one),
    /** Rows a second by statements of 500. */
    async recordsetRows(ms: number): Promise<number> {
      return (await closedLoop(1, ms, recordset)).perSecond * 500;
    },
    /** Holds a snapshot open, as a long report would; call what it answers to let go. */
    async holdSnapshot(): Promise<() => Promise<void>> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ");
      await client.query("SELECT count(*) FROM bench_row");
      return async () => {
        await client.query("COMMIT");
        await client.end();
      };
    },
    async close() {
      for (const client of clients) client.release();
      await pool.end();
    },
  };
}
