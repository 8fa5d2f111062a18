"use client";

import dynamic from "next/dynamic";
import { formatCount } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";

/** One bar of the chart: a minute (RFC 3339) with what succeeded and what failed in it. */
export interface StackedMinute {
  t: string;
  completed: number;
  failed: number;
}

const HEIGHT = 164;

// The chart library is large and draws nothing without a browser: it comes after the first paint.
const Chart = dynamic(() => import("./throughput-chart.tsx").then((module) => module.ThroughputChart), {
  ssr: false,
  loading: () => <Skeleton className="h-[164px] w-full" />,
});

/** Throughput by minute, with its sums in words for those who do not see the bars. */
export function Throughput({ minutes, label }: { minutes: readonly StackedMinute[]; label: string }) {
  const sum = minutes.reduce((all, { completed, failed }) => ({ ok: all.ok + completed, bad: all.bad + failed }), {
    ok: 0,
    bad: 0,
  });
  return (
    <figure aria-label={label} className="m-0">
      <Chart minutes={minutes} height={HEIGHT} />
      <figcaption className="sr-only">
        {formatCount(sum.ok)} succeeded and {formatCount(sum.bad)} failed within {minutes.length} minutes
      </figcaption>
    </figure>
  );
}
