import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { SERIES_METRICS } from "../../../domain/agents/answers.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { DAY_MS, HOUR_MS } from "../../../domain/kernel/time.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { readLeaderboard } from "../reads/agents/leaderboard.ts";
import { readSeries } from "../reads/agents/series.ts";
import { ensureTenant } from "../tenants.ts";
import { rollUp } from "./rollups.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureTenant(database.prisma, "t", "T");
  await ensureTenant(database.prisma, "other", "Other");
  for (const agentKey of AGENTS) {
    await database.pool.query(
      `INSERT INTO "Agent" ("tenantId", "id", "displayName", "seq", "lastSeenAt", "createdAt", "updatedAt") VALUES ('t', $1, $1, 1, now(), now(), now())`,
      [agentKey],
    );
  }
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query(`TRUNCATE "Tally", "Rollup", "RollupMark"`));
afterEach(() => vi.useRealTimers());

const AGENTS = ["a1", "a2", "a3"];
const TYPES = ["", "build", "test"];

interface Counted {
  agentKey: string;
  taskType: string;
  /** Minutes ago. */
  ago: number;
  count: number;
  bucket: number;
}
const countedArb: fc.Arbitrary<Counted> = fc.record({
  agentKey: fc.constantFrom(...AGENTS),
  taskType: fc.constantFrom(...TYPES),
  ago: fc.oneof(fc.nat(90), fc.nat(3 * 24 * 60), fc.nat(30 * 24 * 60)),
  count: fc.integer({ min: 1, max: 5 }),
  bucket: fc.nat(60),
});

/** Stores tallies as outcomes of that time would have, one for each minute and hour. */
async function storeTallies(tenantId: string, all: readonly Counted[], now: number): Promise<void> {
  for (const width of ["minute", "hour"]) {
    for (const { agentKey, taskType, ago, count, bucket } of all) {
      const t = new Date(now - ago * 60_000);
      await database.pool.query(
        `INSERT INTO "Tally" AS t ("tenantId", "id", "agentKey", "taskType", "width", "t", "total", "successful", "failed", "upstream", "timed",
           "totalDurationMs", "histogram", "seq")
         SELECT $1, concat($2::text, '|', $3::text, '|', $4::text, '|', s), $2, $3, $4, s, $6, $6 - 1, 1, 1, $6, 10 * $6, jsonb_build_object($7::text, $6), 1
         FROM date_trunc($4, $5::timestamptz, 'UTC') AS s ON CONFLICT ("tenantId", "id") DO NOTHING`,
        [tenantId, agentKey, taskType, width, t, count, String(bucket)],
      );
    }
  }
}

const goneTo = (at: number) =>
  database.pool.query(`UPDATE "LogHead" SET "at" = $1 WHERE "tenantId" = 't'`, [new Date(at)]);

/** Every chart and leaderboard computed from tallies. */
async function everything(now: number): Promise<unknown[]> {
  const scope = { prisma: database.prisma, tenantId: "t", now: Date.now() };
  const answers: unknown[] = [];
  for (const metric of SERIES_METRICS.filter((name) => !/utilisation|busy|capacity|queue/.test(name))) {
    for (const ms of [HOUR_MS, DAY_MS, 7 * DAY_MS, 31 * DAY_MS]) {
      for (const filter of [{}, { agent: "a1" }, { taskType: "build" }, { agent: "a2", taskType: "test" }]) {
        for (const step of ms > DAY_MS ? [undefined, DAY_MS] : [undefined]) {
          const { points } = await readSeries(scope, { metric, from: now - ms, to: now, step, ...filter });
          answers.push([metric, ms, filter, step, points.filter(({ value }) => value !== null)]);
        }
      }
    }
  }
  for (const window of ["1h", "24h", "7d", "all"] as const) {
    for (const taskType of [undefined, "build"]) {
      answers.push((await readLeaderboard(scope, { window, taskType, minTotal: 0, limit: 50 })).items);
    }
  }
  return answers;
}

const queries = () => laneDatabase(database.pool);
const rollups = async () =>
  (
    await database.pool.query(
      `SELECT * FROM "Rollup" ORDER BY "tenantId", "width", "scope", "agentKey", "taskType", "t"`,
    )
  ).rows;

test("charts and leaderboards are the same before tallies are rolled up, halfway, and after", async () => {
  // Windows end at the same `now` for everything compared, however long it takes.
  vi.useFakeTimers({ toFake: ["Date"] });
  await fc.assert(
    fc.asyncProperty(
      fc.array(countedArb, { minLength: 1, maxLength: 40 }),
      fc.nat(20 * 24 * 60),
      fc.array(countedArb, { maxLength: 5 }),
      async (counted, behind, others) => {
        await database.pool.query(`TRUNCATE "Tally", "Rollup", "RollupMark"`);
        const now = Date.now();
        await storeTallies("t", counted, now);
        await storeTallies("other", others, now);
        const truth = await everything(now);
        await goneTo(now - behind * 60_000);
        await rollUp(queries());
        expect(await everything(now)).toEqual(truth);
        await goneTo(now);
        await rollUp(queries());
        expect(await everything(now)).toEqual(truth);
      },
    ),
    { numRuns: tries(6, 2) },
  );
}, 120_000);

test("outcomes after a rollup are in the next one, and a second node doing the same changes nothing", async () => {
  const now = Math.floor(Date.now() / DAY_MS) * DAY_MS - 12 * HOUR_MS;
  const counted = (ago: number): Counted => ({ agentKey: "a1", taskType: "build", ago, count: 2, bucket: 9 });
  await storeTallies("t", [counted(3 * 60), counted(30)], now);
  await goneTo(now);
  expect(await rollUp(queries())).toBeGreaterThan(0);
  expect(await rollUp(queries())).toBe(0);
  await storeTallies("t", [counted(-10)], now);
  await goneTo(now + 15 * 60_000);
  await Promise.all([rollUp(queries()), rollUp(queries())]);
  const found = await rollups();
  expect(found.filter(({ width, scope }) => width === "minute" && scope === "all").map(({ total }) => total)).toEqual([
    2, 2, 2,
  ]);
  // The current hour and day are not over.
  expect(found.filter(({ width, scope }) => width === "hour" && scope === "agent").map(({ total }) => total)).toEqual([
    2, 2,
  ]);
  expect(found.filter(({ width }) => width === "day")).toEqual([]);
  await goneTo(now + DAY_MS);
  await rollUp(queries());
  const days = (await rollups()).filter(({ width }) => width === "day");
  expect(
    days.map(({ scope, agentKey, taskType, total, histogram }) => [scope, agentKey, taskType, total, histogram]),
  ).toEqual([
    ["agent", "a1", "", 6, { "9": 6 }],
    ["all", "", "", 6, { "9": 6 }],
    ["both", "a1", "build", 6, { "9": 6 }],
    ["type", "", "build", 6, { "9": 6 }],
  ]);
});

test("later outcomes of the current minute, hour and day are in their rollups once they are over", async () => {
  const now = Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * HOUR_MS;
  const counted = (agentKey: string, ago: number): Counted => ({
    agentKey,
    taskType: "build",
    ago,
    count: 1,
    bucket: 9,
  });
  await storeTallies("t", [counted("a1", 0)], now);
  await goneTo(now + 30_000);
  await rollUp(queries());
  await storeTallies("t", [counted("a2", 0)], now);
  await goneTo(now + 59_999);
  await rollUp(queries());
  expect(await rollups()).toEqual([]);
  await goneTo(now + DAY_MS);
  await rollUp(queries());
  const all = (await rollups()).filter(({ scope }) => scope === "all");
  expect(all.map(({ width, total }) => [width, total])).toEqual([
    ["day", 2],
    ["hour", 2],
    ["minute", 2],
  ]);
});

test("nothing is rolled up for a tenant whose log stands still, and an abort stops it", async () => {
  const now = Date.now();
  await storeTallies("t", [{ agentKey: "a1", taskType: "", ago: 600, count: 1, bucket: 1 }], now);
  await goneTo(now - 20 * HOUR_MS);
  expect(await rollUp(queries())).toBe(0);
  await goneTo(now);
  expect(await rollUp(queries(), AbortSignal.abort())).toBe(0);
  expect(await rollups()).toEqual([]);
});
