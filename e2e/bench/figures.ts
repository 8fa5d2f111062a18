import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { DAY_MS } from "../../domain/kernel/time.ts";
import { startServer } from "../server.ts";
import { createPoster } from "./http.ts";
import { quantile } from "./load.ts";

/**
 * What figures over time cost when there are many outcomes: how long charts and the leaderboard
 * take to answer over HTTP, as a ratio to counting the same from the outcomes themselves in the
 * same run.
 */
const OUTCOMES = Number(process.env.BENCH_OUTCOMES ?? 10_000_000);
const DAYS = 30;
const AGENTS = 40;
const TYPES = ["review", "test", "build", "write", "plan"];
const MIGRATION = path.resolve(
  import.meta.dirname,
  "../../prisma/migrations/0010_tallies_of_past_outcomes/migration.sql",
);

const RANGES = [
  { name: "1 h", ms: DAY_MS / 24 },
  { name: "24 h", ms: DAY_MS },
  { name: "7 d", ms: 7 * DAY_MS },
  { name: "30 d", ms: 30 * DAY_MS },
];
const FILTERS = [
  { name: "all", query: "" },
  { name: "one agent", query: "&agent=agent-7" },
  { name: "one agent and type", query: "&agent=agent-7&taskType=review" },
];
const METRICS = ["throughput", "success_rate", "duration_p95"];

export async function benchFigures(databaseUrl: string, rounds: number): Promise<void> {
  const server = await startServer({ env: { DATABASE_URL: databaseUrl } });
  const poster = createPoster(server.url, server.key);
  const pool = new pg.Pool({ connectionString: databaseUrl });
  try {
    const agents = Array.from({ length: AGENTS }, (_, n) => ({ type: "agent.register", agentKey: `agent-${n}` }));
    await poster.prepare(agents)();
    await fill(pool);
    await rolledUp(poster, pool);
    const counted = await countedFromOutcomes(pool, rounds);
    console.log(
      `figures over ${OUTCOMES.toLocaleString("en")} outcomes of ${AGENTS} agents at ${TYPES.length} types of task in ${DAYS} days;`,
    );
    console.log(`  counting 24 h of them by the minute from the outcomes (denominator): p50 ${counted.toFixed(0)} ms`);
    for (const range of RANGES) {
      for (const filter of FILTERS) {
        for (const metric of METRICS) {
          const to = new Date().toISOString();
          const from = new Date(Date.parse(to) - range.ms).toISOString();
          const found = await asked(
            poster,
            `/metrics/series?metric=${metric}&from=${from}&to=${to}${filter.query}`,
            rounds,
          );
          report(`series ${metric}, ${range.name}, ${filter.name}`, found, counted);
        }
      }
    }
    for (const window of ["1h", "24h", "7d", "all"]) {
      report(`leaderboard ${window}`, await asked(poster, `/leaderboard?window=${window}`, rounds), counted);
      const typed = await asked(poster, `/leaderboard?window=${window}&taskType=review`, rounds);
      report(`leaderboard ${window}, one type`, typed, counted);
    }
  } finally {
    poster.close();
    await pool.end();
    await server.stop();
  }
}

/**
 * Outcomes spread evenly over the days until now, and their tallies as the migration that brought
 * tallies makes them.
 */
async function fill(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ tenantId: string }>(`SELECT "tenantId" FROM "Agent" LIMIT 1`);
  const begun = performance.now();
  await pool.query(
    `INSERT INTO "Outcome" ("tenantId", "id", "agentKey", "success", "durationMs", "taskType", "fault", "at", "seq")
     SELECT $1, 'bench-' || n, 'agent-' || (n % $3), n % 11 <> 0, exp(2 + 8 * random()), ($4::text[])[1 + (n / $3) % $5],
       CASE WHEN n % 11 = 0 THEN CASE WHEN n % 33 = 0 THEN 'upstream' ELSE 'own' END END,
       now() - ($2::int - n) * ($6::float8 / $2) * interval '1 millisecond', 1
     FROM generate_series(1, $2::int) AS n`,
    [rows[0]?.tenantId, OUTCOMES, AGENTS, TYPES, TYPES.length, DAYS * DAY_MS],
  );
  await pool.query(readFileSync(MIGRATION, "utf8"));
  await pool.query(`ANALYZE "Outcome", "Tally"`);
  const tallies = await pool.query<{ count: string }>(`SELECT count(*) FROM "Tally"`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`  filled in ${seconds} s: ${Number(tallies.rows[0]?.count).toLocaleString("en")} tallies`);
}

/**
 * The clock goes on with the log's time: one more commit, and then the server rolls up by itself.
 */
async function rolledUp(poster: ReturnType<typeof createPoster>, pool: pg.Pool): Promise<void> {
  const begun = performance.now();
  await poster.prepare([{ type: "event.append", eventType: "x.bench", payload: {} }])();
  for (;;) {
    const { rows } = await pool.query<{ behind: boolean }>(
      `SELECT count(m.*) < 3 OR bool_or(m."upTo" < date_trunc(m."width", h."at", 'UTC')) AS "behind"
       FROM "LogHead" AS h LEFT JOIN "RollupMark" AS m USING ("tenantId")`,
    );
    if (rows[0]?.behind === false) break;
    await delay(500);
  }
  console.log(`  rolled up in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

async function countedFromOutcomes(pool: pg.Pool, rounds: number): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await pool.query(
      `SELECT date_trunc('minute', "at"), count(*), count(*) FILTER (WHERE "success") FROM "Outcome"
       WHERE "tenantId" = (SELECT "tenantId" FROM "Agent" LIMIT 1) AND "at" >= now() - interval '1 day' GROUP BY 1`,
    );
    taken.push(performance.now() - begun);
  }
  return quantile(taken, 0.5);
}

interface Asked {
  p50: number;
  worst: number;
  points: number | null;
}

async function asked(poster: ReturnType<typeof createPoster>, url: string, rounds: number): Promise<Asked> {
  const taken: number[] = [];
  let body = "";
  for (let round = 0; round < rounds * 5; round += 1) {
    const begun = performance.now();
    body = await poster.get(url);
    taken.push(performance.now() - begun);
  }
  const points = (JSON.parse(body) as { points?: unknown[] }).points?.length ?? null;
  return { p50: quantile(taken, 0.5), worst: Math.max(...taken), points };
}

function report(name: string, { p50, worst, points }: Asked, counted: number): void {
  const size = points === null ? "" : `, ${points} points`;
  console.log(
    `  ${name.padEnd(46)} p50 ${p50.toFixed(1)}, longest ${worst.toFixed(1)} ms${size}: ${(p50 / counted).toFixed(3)} × (aim ≤ 50 ms)`,
  );
}
