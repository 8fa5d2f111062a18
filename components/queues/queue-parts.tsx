"use client";

import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatCount } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { type QueueItem, queueLook, sparkline } from "./queue-model.ts";
import { useDepth } from "./use-queues.ts";

/** Whether a queue is open, paused, at its limit or over capacity. */
export function QueueState({ queue }: { queue: QueueItem }) {
  const { label, tone, icon: Icon } = queueLook(queue);
  return (
    <Badge
      tone={tone}
      className={cn(queue.pending && "animate-pulse")}
      {...(queue.pauseReason && { title: queue.pauseReason })}
    >
      <Icon aria-hidden className="size-3 shrink-0" strokeWidth={2.25} />
      {label}
    </Badge>
  );
}

/** `3 / 4` with a bar, or `3` when any number may run. */
export function Slots({ queue }: { queue: QueueItem }) {
  const { running, concurrency } = queue;
  if (concurrency === null) return <span title="Any number may run at once">{formatCount(running)}</span>;
  const share = Math.min(1, running / concurrency);
  return (
    <span className="inline-flex items-center gap-2" title={`${running} of ${concurrency} that may run at once`}>
      <span aria-hidden className="h-1.5 w-12 overflow-hidden rounded-full bg-inset max-sm:hidden">
        <span
          className="block h-full rounded-full"
          style={{ width: `${share * 100}%`, background: toneColor(share === 1 ? "queued" : "running") }}
        />
      </span>
      {formatCount(running)} / {formatCount(concurrency)}
    </span>
  );
}

const [WIDTH, HEIGHT] = [96, 20];

/** Depth of the queue over the last hour. */
export function DepthLine({ queue }: { queue: string }) {
  const { data } = useDepth(queue);
  const values = data?.points.map(({ value }) => value) ?? [];
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return (
    <svg
      role="img"
      aria-label={`Depth of ${queue} over the last hour, ${most} at most`}
      viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
      className="h-[22px] w-24 overflow-visible"
    >
      {sparkline(values, WIDTH, HEIGHT).map((points) => (
        <polyline
          key={points}
          points={points}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={1.5}
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
    </svg>
  );
}
