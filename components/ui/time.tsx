"use client";

import { cn } from "./cn.ts";
import { formatDuration, formatRelative, formatTicking, formatUtc } from "./format.ts";
import { useNow } from "./now.ts";
import { useMoment } from "./use-moment.ts";

/** `4m ago`, with the absolute time on hover. Null: an en dash. */
export function RelativeTime({ at, className }: { at: string | null | undefined; className?: string }) {
  const now = useNow();
  const moment = useMoment();
  if (!at) return <span className={cn("text-faint", className)}>–</span>;
  return (
    <time dateTime={at} title={moment(at)} className={cn("whitespace-nowrap tabular-nums", className)}>
      {now === null ? formatUtc(at).slice(11, 19) : formatRelative(at, now)}
    </time>
  );
}

interface DurationProps {
  /** A known duration in ms; wins over `from`. */
  ms?: number | null;
  /** Start, RFC 3339. */
  from?: string | null;
  /** End, RFC 3339; null or absent: it still runs, and ticks. */
  to?: string | null;
  className?: string;
}

/** A duration; it ticks once a second while it has no end. */
export function Duration({ ms, from, to, className }: DurationProps) {
  const names = cn("whitespace-nowrap tabular-nums", className);
  if (typeof ms === "number") return <span className={names}>{formatDuration(ms)}</span>;
  if (!from) return <span className={cn(names, "text-faint")}>–</span>;
  if (to) return <span className={names}>{formatDuration(Date.parse(to) - Date.parse(from))}</span>;
  return <Ticking from={from} className={names} />;
}

function Ticking({ from, className }: { from: string; className: string }) {
  const now = useNow();
  return <span className={className}>{now === null ? "…" : formatTicking(now - Date.parse(from))}</span>;
}

interface CountdownProps {
  /** When it is over, RFC 3339. */
  to: string;
  /** What stands there once it is over. */
  done?: string;
  className?: string;
}

/** The time left until `to`, in whole seconds. */
export function Countdown({ to, done = "any moment", className }: CountdownProps) {
  const now = useNow();
  const moment = useMoment();
  const left = now === null ? null : Date.parse(to) - now;
  return (
    <span className={cn("whitespace-nowrap tabular-nums", className)} title={moment(to)} role="timer">
      {left === null ? "…" : left <= 0 ? done : formatTicking(left + 999)}
    </span>
  );
}
