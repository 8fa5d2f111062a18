"use client";

import { memo } from "react";
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { formatCount, formatDuration, formatPercent } from "../ui/format.ts";
import { serverNow } from "../ui/now.ts";
import { toneColor } from "../ui/status.ts";
import { LineSwatch } from "./line-swatch.tsx";
import {
  type ChartRange,
  isLone,
  lineLook,
  PLOT_LEFT,
  PLOT_RIGHT,
  type SeriesLine,
  type SeriesRow,
  type SeriesUnit,
  stepOf,
  valueText,
  valueTicks,
  within,
} from "./series-model.ts";
import { stepLabel, timeLabel, timeTicks } from "./ticks.ts";

const PX_PER_TICK = 74;

const axis = { stroke: "var(--faint)", fontSize: "var(--text-micro)", tickLine: false, axisLine: false } as const;

interface SeriesPlotProps {
  title: string;
  unit: SeriesUnit;
  lines: readonly SeriesLine[];
  rows: readonly SeriesRow[];
  range: ChartRange;
  /** Names of lines that are not drawn. */
  hidden: ReadonlySet<string>;
  threshold: number | undefined;
  height: number;
  width: number;
}

/**
 * The lines themselves. Nothing is drawn where nothing is known. Drawn anew only for other lines,
 * not while one drags across.
 */
export const SeriesPlot = memo(function SeriesPlot(props: SeriesPlotProps) {
  const { title, unit, lines, rows, range, hidden, threshold, height, width } = props;
  const data = within(rows, range);
  const shown = lines.flatMap((line, place) => (hidden.has(line.name) ? [] : [{ line, place }]));
  const values = data.flatMap((row) => shown.map(({ place }) => row.values[place] ?? 0));
  const ticks = valueTicks(unit, Math.max(0, threshold ?? 0, ...values));
  const step = stepOf(rows);
  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width, height }}>
      <LineChart
        data={data}
        margin={{ top: 6, right: PLOT_RIGHT, bottom: 0, left: 0 }}
        accessibilityLayer
        title={title}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="t"
          type="number"
          domain={[range.from, range.to]}
          allowDataOverflow
          ticks={timeTicks(range.from, range.to, Math.max(2, Math.floor(width / PX_PER_TICK)))}
          tickFormatter={timeLabel}
          interval={0}
          {...axis}
        />
        <YAxis
          width={PLOT_LEFT}
          ticks={ticks}
          domain={[0, ticks.at(-1) ?? 1]}
          tickFormatter={(value: number) => axisText(unit, value)}
          interval={0}
          {...axis}
        />
        <Tooltip
          cursor={{ stroke: "var(--line-strong)" }}
          isAnimationActive={false}
          wrapperStyle={{ zIndex: 5 }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as SeriesRow | undefined;
            return active && row ? <Tip row={row} unit={unit} step={step} shown={shown} /> : null;
          }}
        />
        {threshold !== undefined && (
          <ReferenceLine y={threshold} stroke="var(--danger)" strokeDasharray="4 4" strokeOpacity={0.8} />
        )}
        {shown.map(({ line, place }) => {
          const { tone, dash } = lineLook(line, place);
          return (
            <Line
              key={line.name}
              name={line.name}
              dataKey={(row: SeriesRow) => row.values[place] ?? null}
              type="linear"
              stroke={toneColor(tone)}
              strokeWidth={1.75}
              strokeDasharray={dash}
              connectNulls={false}
              isAnimationActive={false}
              activeDot={{ r: 3, strokeWidth: 0 }}
              dot={({ cx, cy, index }: { cx?: number; cy?: number; index?: number }) =>
                index !== undefined && isLone(data, index, place) ? (
                  <circle key={index} cx={cx} cy={cy} r={2.25} fill={toneColor(tone)} />
                ) : (
                  <g key={index} />
                )
              }
            />
          );
        })}
      </LineChart>
    </ResponsiveContainer>
  );
});

function axisText(unit: SeriesUnit, value: number): string {
  if (unit === "percent") return formatPercent(value);
  if (unit === "count") return formatCount(value);
  if (value === 0) return "0";
  return formatDuration(value).replace(".0 s", " s").replace("m 00s", "m").replace("h 00m", "h");
}

interface TipProps {
  row: SeriesRow;
  unit: SeriesUnit;
  step: number;
  shown: readonly { line: SeriesLine; place: number }[];
}

function Tip({ row, unit, step, shown }: TipProps) {
  return (
    <div className="popup px-2.5 py-1.5 text-small tabular-nums">
      <div className="text-muted">
        {stepLabel(row.t, step)}
        {row.t + step > serverNow() && ", so far"}
      </div>
      {shown.map(({ line, place }) => {
        const value = row.values[place] ?? null;
        return (
          <div key={line.name} className="flex items-center gap-1.5">
            <LineSwatch {...lineLook(line, place)} />
            <span className="max-w-44 truncate">{line.name}</span>
            <span className={value === null ? "ml-auto pl-3 text-faint" : "ml-auto pl-3 font-medium"}>
              {valueText(unit, value)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
