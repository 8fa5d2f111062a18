"use client";

import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Minute } from "../../domain/kernel/answers.ts";
import { formatClock, formatCount } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { countTicks, tenMinuteTicks } from "./ticks.ts";

const clock = (t: string): string => formatClock(t).slice(0, 5);
const axis = { stroke: "var(--faint)", fontSize: "var(--text-micro)", tickLine: false, axisLine: false } as const;

/** Bars by minute, failed upon completed. Nothing moves but what has changed. */
export function ThroughputChart({ minutes, height }: { minutes: readonly Minute[]; height: number }) {
  const ticks = countTicks(Math.max(0, ...minutes.map(({ completed, failed }) => (completed ?? 0) + (failed ?? 0))));
  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 600, height }}>
      <BarChart
        data={[...minutes]}
        barCategoryGap={1}
        margin={{ top: 6, right: 16, bottom: 0, left: -14 }}
        accessibilityLayer
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="t"
          tickFormatter={clock}
          ticks={tenMinuteTicks(minutes.map(({ t }) => t))}
          interval={0}
          {...axis}
        />
        <YAxis width={42} ticks={ticks} domain={[0, ticks.at(-1) ?? 1]} tickFormatter={formatCount} {...axis} />
        <Tooltip
          cursor={{ fill: "var(--hover)" }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const minute = payload?.[0]?.payload as Minute | undefined;
            return active && minute ? <MinuteTip minute={minute} /> : null;
          }}
        />
        <Bar dataKey="completed" stackId="calls" fill={toneColor("completed")} isAnimationActive={false} />
        <Bar dataKey="failed" stackId="calls" fill={toneColor("failed")} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}

function MinuteTip({ minute }: { minute: Minute }) {
  return (
    <div className="popup px-2.5 py-1.5 text-small tabular-nums">
      <div className="text-muted">{clock(minute.t)}</div>
      {minute.completed === null ? (
        <div>Not known: no server was running</div>
      ) : (
        <>
          <div>{formatCount(minute.completed)} succeeded</div>
          <div>{formatCount(minute.failed)} failed</div>
        </>
      )}
    </div>
  );
}
