"use client";

import dynamic from "next/dynamic";
import type { Minute } from "../../domain/kernel/answers.ts";
import { formatCount } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { totalOf } from "./minutes.ts";

const HEIGHT = 164;

// The chart library is large and draws nothing without a browser: it comes after the first paint.
const Chart = dynamic(() => import("./throughput-chart.tsx").then((module) => module.ThroughputChart), {
  ssr: false,
  loading: () => <Skeleton className="h-[164px] w-full" />,
});

/** Throughput by minute, with its sums in words for those who do not see the bars. */
export function Throughput({ minutes, label }: { minutes: readonly Minute[]; label: string }) {
  const { completed, failed } = totalOf(minutes);
  const unknown = minutes.filter((minute) => minute.completed === null).length;
  return (
    <figure aria-label={label} className="m-0">
      <Chart minutes={minutes} height={HEIGHT} />
      <figcaption className="sr-only">
        {formatCount(completed)} succeeded and {formatCount(failed)} failed within {minutes.length} minutes
        {unknown > 0 && `, of which ${unknown} are not known: no server was running`}
      </figcaption>
    </figure>
  );
}
