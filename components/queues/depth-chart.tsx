"use client";

import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { SeriesPoint } from "../../domain/agents/answers.ts";
import { countTicks, tenMinuteTicks } from "../charts/ticks.ts";
import { ErrorState } from "../ui/empty-state.tsx";
import { formatClock, formatCount } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { useHydrated } from "../ui/use-hydrated.ts";
import { useDepth } from "./use-queues.ts";

const clock = (t: string): string => formatClock(t).slice(0, 5);
const axis = { stroke: "var(--faint)", fontSize: "var(--text-micro)", tickLine: false, axisLine: false } as const;
const TALL = 150;

/** Depth of a queue over the last hour, by minute; a gap where it is unknown. */
export function DepthChart({ queue }: { queue: string }) {
  const { data, error, refetch } = useDepth(queue);
  const hydrated = useHydrated();
  if (error) return <ErrorState detail={error.message} onRetry={() => void refetch()} />;
  if (!data || !hydrated) return <Skeleton className="h-[150px] w-full" />;
  const ticks = countTicks(Math.max(0, ...data.points.map(({ value }) => value ?? 0)), 3);
  return (
    <div role="img" aria-label={`Depth of ${queue} over the last hour, ${ticks.at(-1)} at most`}>
      <ResponsiveContainer width="100%" height={TALL} initialDimension={{ width: 600, height: TALL }}>
        <AreaChart data={data.points} margin={{ top: 6, right: 18, bottom: 0, left: -14 }}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            tickFormatter={clock}
            ticks={tenMinuteTicks(data.points.map(({ t }) => t))}
            interval={0}
            {...axis}
          />
          <YAxis width={42} ticks={ticks} domain={[0, ticks.at(-1) ?? 1]} tickFormatter={formatCount} {...axis} />
          <Tooltip
            cursor={{ stroke: "var(--line-strong)" }}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as SeriesPoint | undefined;
              return active && point && point.value !== null ? (
                <div className="popup px-2.5 py-1.5 text-small tabular-nums">
                  <div className="text-muted">{clock(point.t)}</div>
                  <div>{formatCount(point.value)} waiting at most</div>
                </div>
              ) : null;
            }}
          />
          <Area
            dataKey="value"
            type="linear"
            stroke="var(--accent)"
            strokeWidth={1.5}
            fill="var(--accent-soft)"
            dot={false}
            connectNulls={false}
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
