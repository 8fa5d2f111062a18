"use client";

import { useRef } from "react";
import { HOUR_MS } from "../../domain/kernel/time.ts";
import { Sparkline } from "../charts/sparkline.tsx";
import { useSeries } from "../charts/use-series.ts";
import { formatPercent } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { useOnScreen } from "../ui/use-on-screen.ts";

/** A board has many of these, and a step is a minute. */
const EVERY_MS = 30_000;
/** Known minutes that decide the colour. */
const RECENT = 5;

/** The success rate of an agent by minute, over the last hour. Fetched only while visible. */
export function SuccessSpark({ agentKey }: { agentKey: string }) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useOnScreen(place);
  return (
    <div ref={place} className="h-6">
      {seen && <Spark agentKey={agentKey} />}
    </div>
  );
}

function Spark({ agentKey }: { agentKey: string }) {
  const { points, state, retry } = useSeries({
    metric: "success_rate",
    agent: agentKey,
    windowMs: HOUR_MS,
    everyMs: EVERY_MS,
  });
  if (state === "loading") return <Skeleton className="h-6 w-full" />;
  if (state === "error") {
    return (
      <button type="button" onClick={retry} className="link text-small">
        The last hour could not be loaded: try again
      </button>
    );
  }
  const last = points.findLast(({ value }) => value !== null)?.value ?? null;
  if (last === null) return <p className="text-small leading-6 text-faint">No outcome within the last hour</p>;
  // One bad call in the last minute must not turn a good hour red.
  const latest = points.flatMap(({ value }) => (value === null ? [] : [value])).slice(-RECENT);
  const recent = latest.reduce((sum, value) => sum + value, 0) / latest.length;
  const label = `Success rate over the last hour, by minute; ${formatPercent(last)} last`;
  return (
    <div className="flex items-center gap-2 text-small text-muted" title={label}>
      <Sparkline
        points={points}
        tone={recent < 0.5 ? "failed" : "completed"}
        label={label}
        max={1}
        className="h-6 min-w-0 flex-1 border-b border-line"
      />
      <span className="shrink-0 tabular-nums">{formatPercent(last)} ok last</span>
    </div>
  );
}
