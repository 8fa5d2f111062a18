import type { Series, SeriesMetric, SeriesPoint } from "../../../../domain/agents/answers.ts";
import type { GaugeMetric } from "../../../../domain/agents/contract.ts";
import { type Histogram, mergeHistograms, percentile } from "../../../../domain/agents/figures.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../domain/kernel/time.ts";
import type { Scope } from "../kernel/scope.ts";
import { type GaugeMinute, highestSums, shareOf } from "./gauge-sums.ts";
import { tallied } from "./tallied.ts";
import { knownSteps } from "./up-minutes.ts";

/**
 * Figures over time for charts. Read from tallies, their rollups and gauges only: the cost depends
 * on the minutes or hours asked for, not on the number of outcomes.
 */
export interface SeriesQuery {
  metric: SeriesMetric;
  agent?: string | undefined;
  taskType?: string | undefined;
  queue?: string | undefined;
  /** ms since 1970. */
  from: number;
  to: number;
  /** Requested step, ms; widened until there are few enough points. */
  step?: number | undefined;
}

/** Most points of a chart. */
const MAX_POINTS = 500;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10_080].map((minutes) => minutes * MINUTE_MS);
/** Minutes are kept for three days and are many: longer stretches use hours. */
const MINUTES_UP_TO_MS = DAY_MS;
const MINUTES_KEPT_MS = 72 * HOUR_MS;

const UNITS: { readonly [metric in SeriesMetric]: Series["unit"] } = {
  throughput: "count",
  failures: "count",
  upstream: "count",
  success_rate: "ratio",
  duration_p50: "ms",
  duration_p95: "ms",
  duration_avg: "ms",
  utilisation: "ratio",
  busy: "count",
  capacity: "count",
  queue_depth: "count",
  queue_running: "count",
};

/** The gauge of each metric, and one recorded earlier: while only that exists, this one is 0. */
const GAUGES: { readonly [metric in SeriesMetric]?: readonly [gauge: GaugeMetric, beside?: GaugeMetric] } = {
  busy: ["busy", "capacity"],
  capacity: ["capacity"],
  queue_depth: ["depth"],
  queue_running: ["running", "depth"],
};

/**
 * One metric over a stretch of time, in equal steps; null for a step about which nothing is known.
 */
export async function readSeries(scope: Scope, query: SeriesQuery): Promise<Series> {
  const gauged = query.metric === "utilisation" || GAUGES[query.metric] !== undefined;
  const recent = query.to - query.from <= MINUTES_UP_TO_MS && query.from >= scope.now - MINUTES_KEPT_MS;
  const least = gauged || recent ? MINUTE_MS : HOUR_MS;
  const step = stepFor(query.to - query.from, Math.max(query.step ?? 0, least));
  const from = Math.floor(query.from / step) * step;
  const to = Math.ceil(query.to / step) * step;
  const grid = { ...query, from, to, step };
  const values = gauged ? await gaugeValues(scope, grid) : await tallyValues(scope, grid, step < HOUR_MS);
  const points: SeriesPoint[] = [];
  for (let t = from, at = 0; t < to; t += step, at += 1) {
    points.push({ t: new Date(t).toISOString(), value: values[at] ?? null });
  }
  return { metric: query.metric, unit: UNITS[query.metric], step, from: iso(from), to: iso(to), points };
}

/** The narrowest step that is at least as wide as requested and within the limit of points. */
function stepFor(rangeMs: number, wanted: number): number {
  // One point more than the range has steps, as its ends may fall between steps.
  return STEPS.find((step) => step >= wanted && rangeMs / step <= MAX_POINTS - 1) ?? (STEPS.at(-1) as number);
}

/**
 * These are 0 when nothing happened while a server was up; rates and durations of nothing are null.
 */
const COUNTS: ReadonlySet<SeriesMetric> = new Set(["throughput", "failures", "upstream"]);

type Grid = SeriesQuery & { step: number };
type Values = (number | null)[];

interface TallyRow {
  slot: number;
  total: number;
  successful: number;
  failed: number;
  upstream: number;
  timed: number;
  durationMs: number;
  histograms: Histogram[] | null;
}

async function tallyValues(scope: Scope, grid: Grid, minutes: boolean): Promise<Values> {
  const { metric, from, step } = grid;
  const percentiles = metric === "duration_p50" || metric === "duration_p95";
  const finest = minutes ? "minute" : step % DAY_MS === 0 && from % DAY_MS === 0 ? "day" : "hour";
  const figures = await tallied(scope, { ...grid, finest });
  const rows = await scope.prisma.$queryRaw<TallyRow[]>`
    SELECT /* series of tallies */ floor((extract(epoch FROM t."t") * 1000 - ${from}::float8) / ${step}::float8)::int AS "slot",
      sum(t."total")::int AS "total", sum(t."successful")::int AS "successful", sum(t."failed")::int AS "failed",
      sum(t."upstream")::int AS "upstream", sum(t."timed")::int AS "timed", sum(t."totalDurationMs") AS "durationMs",
      CASE WHEN ${percentiles} THEN json_agg(t."histogram") END AS "histograms"
    FROM (${figures}) AS t GROUP BY 1`;
  const values: Values = [];
  if (COUNTS.has(metric)) for (const slot of await knownSteps(scope, grid)) values[slot] = 0;
  for (const row of rows) values[row.slot] = figureOf(metric, row);
  return values;
}

/** The metric's value for a step; null when undefined. */
function figureOf(metric: SeriesMetric, row: TallyRow): number | null {
  switch (metric) {
    case "throughput":
      return row.total;
    case "failures":
      return row.failed;
    case "upstream":
      return row.upstream;
    case "success_rate":
      return row.total > 0 ? row.successful / row.total : null;
    case "duration_avg":
      return row.timed > 0 ? row.durationMs / row.timed : null;
    case "duration_p50":
      return percentile(merged(row), 0.5, sumOf(row));
    case "duration_p95":
      return percentile(merged(row), 0.95, sumOf(row));
    default:
      return null;
  }
}

const sumOf = ({ timed, durationMs }: TallyRow) => ({ timed, totalDurationMs: durationMs });

const merged = (row: TallyRow): Histogram => (row.histograms ?? []).reduce(mergeHistograms, {});

/**
 * Gauges, summed over the keys the filter selects (`gauge-sums.ts`). Between two changes the value
 * is exact, not interpolated. Null before the first known change and after now.
 */
async function gaugeValues({ prisma, tenantId, now }: Scope, grid: Grid): Promise<Values> {
  const metrics = GAUGES[grid.metric] ?? ["busy", "capacity"];
  const ofQueue = grid.metric.startsWith("queue_");
  const key = (ofQueue ? grid.queue : grid.agent) ?? null;
  const rows = await prisma.$queryRaw<(GaugeMinute & { metric: GaugeMetric })[]>`
    SELECT /* series of gauges */ g."metric", g."key", (extract(epoch FROM g."t") * 1000)::float8 AS "t", g."last", g."max" FROM "Gauge" AS g
    WHERE g."tenantId" = ${tenantId} AND g."metric" = ANY (${metrics}) AND (${key}::text IS NULL OR g."key" = ${key})
      AND g."t" >= ${new Date(grid.from)} AND g."t" < ${new Date(grid.to)}
    UNION ALL
    SELECT b."metric", b."key", ${grid.from - 1}::float8, b."last", b."last" FROM (
      SELECT DISTINCT ON (g."metric", g."key") g."metric", g."key", g."last" FROM "Gauge" AS g
      WHERE g."tenantId" = ${tenantId} AND g."metric" = ANY (${metrics}) AND (${key}::text IS NULL OR g."key" = ${key})
        AND g."t" < ${new Date(grid.from)}
      ORDER BY g."metric", g."key", g."t" DESC
    ) AS b ORDER BY 3`;
  const steps = Math.round((grid.to - grid.from) / grid.step);
  const upTo = Math.min(steps, Math.ceil((now - grid.from) / grid.step));
  const of = (gauge: GaugeMetric) => rows.filter((row) => row.metric === gauge);
  if (grid.metric === "utilisation") return shareOf(of("busy"), of("capacity"), grid, upTo);
  const [metric, beside] = metrics;
  const values = highestSums(of(metric), grid, upTo);
  if (beside === undefined) return values;
  const known = highestSums(of(beside), grid, upTo);
  return values.map((value, at) => value ?? (known[at] === null ? null : 0));
}

const iso = (at: number): string => new Date(at).toISOString();
