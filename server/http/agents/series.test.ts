import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { percentile } from "../../../domain/agents/figures.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Point {
  t: string;
  value: number | null;
}
const series = async (query: string) => {
  const { status, body } = await api.me.get(`/metrics/series?${query}`);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body as unknown as { metric: string; unit: string; step: number; points: Point[] };
};
const known = (points: Point[]) => points.flatMap(({ value }) => (value === null ? [] : [value]));

/** Runs jobs of an agent to their end, one after the other. */
async function runJobs(prefix: string, agentKey: string, step: string, ends: ("ok" | "bad" | "upstream")[]) {
  for (const [at, end] of ends.entries()) {
    const jobId = `${prefix}-${at}`;
    await api.me.commit(
      { type: "job.enqueue", jobId, runId: "series", step, queue: "charted" },
      { type: "job.start", jobId, agentKey },
      end === "ok"
        ? { type: "job.complete", jobId, durationMs: 100 * (at + 1) }
        : {
            type: "job.fail",
            jobId,
            durationMs: 50,
            error: { message: "m", ...(end === "upstream" && { code: "rate_limited" }) },
          },
    );
  }
}

describe("GET /metrics/series", () => {
  beforeAll(async () => {
    await api.me.commit({ type: "run.create", runId: "series", workflow: "w" });
    await api.me.commit({ type: "agent.register", agentKey: "s1", capacity: 2 });
    await runJobs("a", "s1", "build", ["ok", "ok", "bad", "upstream"]);
    await runJobs("b", "s2", "test", ["bad"]);
  });

  test("counts calls by the minute, those from upstream apart", async () => {
    for (const [query, total] of [
      ["metric=throughput", 4],
      ["metric=throughput&agent=s1", 3],
      ["metric=failures&agent=s1", 1],
      ["metric=upstream", 1],
      ["metric=throughput&taskType=test", 1],
      ["metric=throughput&agent=nobody", 0],
    ] as const) {
      const { points } = await series(query);
      expect([query, known(points).reduce((sum, value) => sum + value, 0)]).toEqual([query, total]);
    }
  });

  test("rates and durations are those of the outcomes, gaps are gaps", async () => {
    // Hours, as a minute may end between two jobs.
    const to = new Date(Date.now() + 60_000).toISOString();
    const span = `agent=s1&step=3600000&from=${new Date(Date.now() - 5 * 3_600_000).toISOString()}&to=${to}`;
    const weighted = async (metric: string) => known((await series(`metric=${metric}&${span}`)).points);
    const rates = await weighted("success_rate");
    if (rates.length === 1) {
      expect(rates[0]).toBeCloseTo(2 / 3);
      expect(await weighted("duration_avg")).toEqual([(100 + 200 + 50) / 3]);
      expect(await weighted("duration_p50")).toEqual([
        percentile({ "53": 1, "61": 1, "45": 1 }, 0.5, { timed: 3, totalDurationMs: 350 }),
      ]);
    }
    const { points } = await series(`metric=success_rate&${span}`);
    expect(points.slice(0, 3).map(({ value }) => value)).toEqual([null, null, null]);
  });

  test("slots and queues keep their value between two changes, and are null before the first", async () => {
    const { points } = await series("metric=capacity&agent=s1");
    expect(points[0]?.value).toBeNull();
    expect(points.at(-1)?.value).toBe(2);
    const busy = known((await series("metric=busy&agent=s1")).points);
    expect(Math.max(...busy)).toBe(1);
    const used = known((await series("metric=utilisation&agent=s1")).points);
    expect(Math.max(...used)).toBeLessThanOrEqual(1);
    expect(Math.max(...known((await series("metric=queue_depth&queue=charted")).points))).toBe(1);
    expect(known((await series("metric=queue_running&queue=charted")).points).at(-1)).toBeGreaterThanOrEqual(0);
  });

  test("a gauge is its highest value in a step where it changed, what it was where it did not, also from before the stretch", async () => {
    const from = Math.floor(Date.now() / 3_600_000 - 10) * 3_600_000;
    const noted = (hours: number, last: number, max: number) =>
      api.t.database.pool.query(
        `INSERT INTO "Gauge" ("tenantId", "id", "metric", "key", "t", "last", "max", "min", "seq") VALUES ('default', $1, 'depth', 'standing', $2, $3, $4, 0, 1)`,
        [`standing-${hours}`, new Date(from + hours * 3_600_000 + 60_000), last, max],
      );
    await noted(1, 5, 7);
    await noted(4, 0, 9);
    const depths = async (first: number, end: number) => {
      const span = `from=${new Date(from + first * 3_600_000).toISOString()}&to=${new Date(from + end * 3_600_000).toISOString()}`;
      const { points } = await series(`metric=queue_depth&queue=standing&step=3600000&${span}`);
      return points.map(({ value }) => value);
    };
    expect(await depths(0, 6)).toEqual([null, 7, 5, 5, 9, 0]);
    expect(await depths(2, 4)).toEqual([5, 5]);
  });

  test("a step is widened until there are at most 500 points", async () => {
    for (const [days, step] of [
      [0.04, undefined],
      [1, 60_000],
      [7, 60_000],
      [90, 60_000],
      [399, undefined],
    ] as const) {
      const from = new Date(Date.now() - days * 86_400_000).toISOString();
      const { points, step: used } = await series(`metric=throughput&from=${from}${step ? `&step=${step}` : ""}`);
      expect(points.length).toBeLessThanOrEqual(500);
      expect(used % 60_000).toBe(0);
      expect(points.length).toBeGreaterThan(10);
    }
  });

  test.each([
    ["metric=nonsense", "metric"],
    ["metric=busy&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"],
    ["metric=busy&from=2020-01-01T00:00:00Z", "from"],
    ["metric=busy&step=0", "step"],
    ["metric=busy&window=1h", ""],
    ["metric=throughput&queue=q", "queue"],
    ["metric=queue_depth&agent=s1", "agent"],
    ["metric=utilisation&taskType=build", "taskType"],
    ["metric=throughput&agent=..", "agent"],
    ["", "metric"],
  ])("%s is refused", async (query, path) => {
    const { status, body } = await api.me.get(`/metrics/series?${query}`);
    expect([status, body.errors[0]?.path]).toEqual([400, path]);
  });

  test("another tenant sees none of it", async () => {
    const { body } = await api.stranger.get("/metrics/series?metric=throughput");
    expect(known((body as unknown as { points: Point[] }).points).every((value) => value === 0)).toBe(true);
  });

  test("counts are 0 where nothing happened while a server was up, and unknown while none was", async () => {
    const minutes = "metric=throughput&agent=idle&step=60000";
    const before = (await series(minutes)).points;
    expect(before.slice(0, -2).every(({ value }) => value === null)).toBe(true);
    await api.t.deps.prisma.$executeRaw`
      INSERT INTO "Gauge" ("tenantId", "id", "metric", "key", "t", "last", "max", "min", "seq")
      SELECT h."tenantId", 'up||' || n, 'up', '', date_trunc('minute', now(), 'UTC') - n * interval '1 minute', 1, 1, 1, 0
      FROM "LogHead" AS h, generate_series(10, 20) AS n`;
    const values = (await series(minutes)).points.map(({ value }) => value);
    expect(values.filter((value) => value === 0).length).toBeGreaterThanOrEqual(11);
    expect(values[0]).toBeNull();
  });
});

describe("GET /leaderboard", () => {
  test("takes a window and a type of task, and finds agents that do badly", async () => {
    const places = async (query: string) =>
      (await api.me.get(`/leaderboard?${query}`)).body.items.map(({ agentKey, total, failed, upstream }) => [
        agentKey,
        total,
        failed,
        upstream,
      ]);
    for (const window of ["1h", "24h", "7d", "all"]) {
      expect(await places(`window=${window}`)).toEqual([
        ["s1", 3, 1, 1],
        ["s2", 1, 1, 0],
      ]);
    }
    expect(await places("window=24h&taskType=test&minTotal=1")).toEqual([["s2", 1, 1, 0]]);
    expect(await places("taskType=build&minTotal=1")).toEqual([["s1", 3, 1, 1]]);
    expect(await places("below=0.5&minTotal=1")).toEqual([["s2", 1, 1, 0]]);
    expect((await api.me.get("/task-types")).body.items).toEqual(["build", "test"]);
    expect((await api.me.get("/leaderboard?window=1y")).status).toBe(400);
    expect((await api.stranger.get("/leaderboard?window=1h")).body.items).toEqual([]);
  });

  test("the trend is the difference to the stretch before", async () => {
    await api.t.database.pool.query(
      `INSERT INTO "Tally" ("tenantId", "id", "agentKey", "taskType", "width", "t", "total", "successful", "failed", "seq")
       VALUES ('default', 'before', 's1', 'build', 'hour', date_trunc('hour', now()) - interval '30 hours', 10, 10, 0, 1)`,
    );
    const { items } = (await api.me.get("/leaderboard?window=24h")).body;
    expect(items.find(({ agentKey }) => agentKey === "s1")?.trend).toBeCloseTo(2 / 3 - 1);
    expect(items.find(({ agentKey }) => agentKey === "s2")?.trend).toBeNull();
  });
});

describe("gauges that have not moved yet", () => {
  test("an agent that is there and has run nothing is not busy; a queue nothing has run from runs nothing", async () => {
    await api.me.commit(
      { type: "agent.register", agentKey: "idle", capacity: 2 },
      { type: "job.enqueue", jobId: "untouched", runId: "series", queue: "untouched" },
    );
    for (const query of ["metric=busy&agent=idle", "metric=queue_running&queue=untouched"]) {
      const { points } = await series(query);
      expect([query, points[0]?.value, points.at(-1)?.value]).toEqual([query, null, 0]);
    }
  });
});
