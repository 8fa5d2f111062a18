"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { Summary } from "../../domain/kernel/answers.ts";
import { runsHref } from "../../domain/kernel/links.ts";
import { formatCount, formatPercent } from "../ui/format.ts";
import { type Tone, toneColor } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import { windowName } from "./summary.ts";

interface StatTilesProps {
  summary: Summary;
  firing: number;
  agents: { total: number; busy: number; capacity: number };
}

/** The most important figures; each links to its details. */
export function StatTiles({ summary, firing, agents }: StatTilesProps) {
  const { runs, successRate, queue } = summary;
  const active = runs.byStatus.pending + runs.byStatus.running + runs.byStatus.blocked;
  const failed = successRate.ended - successRate.completed;
  return (
    <ul aria-label="Figures" className="grid grid-cols-2 gap-2.5 sm:grid-cols-3 xl:grid-cols-5">
      <Tile
        href={runsHref("pending", "running", "blocked")}
        label="Active runs"
        value={formatCount(active)}
        hint={`${formatCount(runs.byStatus.running)} running · ${formatCount(runs.byStatus.pending)} pending · ${formatCount(runs.byStatus.blocked)} blocked`}
      />
      <Tile
        href={failed > 0 ? "/runs?status=failed,timed_out" : "/runs?status=completed"}
        label={`Success rate, ${windowName(successRate.windowMs)}`}
        value={formatPercent(successRate.rate)}
        hint={
          successRate.ended === 0
            ? "no run has ended yet"
            : `${formatCount(successRate.completed)} of ${formatCount(successRate.ended)} runs · ${formatCount(failed)} failed`
        }
      />
      <Tile
        href="/events?type=job.enqueued,job.released,job.retried,job.started"
        label="Queue depth"
        value={formatCount(queue.queued - queue.later)}
        hint={
          <>
            {queue.oldestQueuedAt && queue.queued > queue.later ? (
              <>
                oldest <RelativeTime at={queue.oldestQueuedAt} /> ·{" "}
              </>
            ) : null}
            {formatCount(queue.waiting)} waiting
          </>
        }
      />
      <Tile
        href="/agents"
        label="Agents busy"
        value={
          <>
            {formatCount(agents.busy)}
            <span className="text-lead font-medium text-muted"> / {formatCount(agents.capacity)} slots</span>
          </>
        }
        hint={`${formatCount(agents.total)} registered · ${formatCount(queue.running)} jobs running`}
      />
      <Tile
        href="/alerts"
        label="Firing alerts"
        value={formatCount(firing)}
        hint={`${formatCount(summary.alerts.acknowledged)} acknowledged`}
        {...(firing > 0 && { tone: "failed" as const })}
        className="max-sm:col-span-2"
      />
    </ul>
  );
}

interface TileProps {
  href: string;
  label: string;
  value: ReactNode;
  hint: ReactNode;
  tone?: Tone;
  className?: string;
}

function Tile({ href, label, value, hint, tone, className }: TileProps) {
  return (
    <li className={className}>
      <Link
        href={href}
        className="block h-full rounded-lg border border-line bg-surface px-3.5 py-2.5 hover:border-line-strong hover:bg-hover"
      >
        <span className="block truncate text-small text-muted">{label}</span>
        <span
          className="mt-0.5 block h-7 truncate text-figure leading-7 font-semibold tracking-tight tabular-nums"
          style={tone ? { color: toneColor(tone) } : undefined}
        >
          {value}
        </span>
        <span className="block text-small text-muted tabular-nums sm:truncate">{hint}</span>
      </Link>
    </li>
  );
}
