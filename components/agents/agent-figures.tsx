import { percentile, wilsonLowerBound } from "../../domain/agents/figures.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { Card, Stat } from "../ui/card.tsx";
import { formatCount, formatDuration, formatPercent } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { durationBars } from "./duration-bars.ts";
import { FEW_SAMPLES } from "./leaderboard-model.ts";

/** An agent's success rate over all its outcomes, and their durations. */
export function AgentFigures({ statistics }: { statistics: Wire<"statistics"> }) {
  const { total, successful, failed, upstream, timed, totalDurationMs, histogram } = statistics;
  const rate = total > 0 ? successful / total : null;
  const sure = `at least ${formatPercent(wilsonLowerBound(successful, total))}${total < FEW_SAMPLES ? " · few samples" : ""}`;
  return (
    <Card title="Outcomes">
      <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
        <Stat
          label="Success rate"
          value={formatPercent(rate)}
          hint={
            rate === null ? (
              "no outcomes yet"
            ) : (
              <span title="Wilson's lower bound: with 97.5 % confidence the rate is at least this">{sure}</span>
            )
          }
        />
        <Stat
          label="Sample"
          value={`n=${formatCount(total)}`}
          hint={
            <span
              title={upstream > 0 ? `${formatCount(upstream)} more ended for reasons outside the agent` : undefined}
            >
              {formatCount(successful)} ok, {formatCount(failed)} failed
            </span>
          }
        />
        <Stat
          label="Average"
          value={formatDuration(timed > 0 ? totalDurationMs / timed : null)}
          hint={`${formatCount(timed)} timed`}
        />
        <Stat label="p95" value={formatDuration(percentile(histogram, 0.95, statistics))} hint="within 4.5 %" />
      </div>
      <DurationChart statistics={statistics} />
    </Card>
  );
}

function DurationChart({ statistics }: { statistics: Wire<"statistics"> }) {
  const bars = durationBars(statistics.histogram);
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return null;
  const most = Math.max(...bars.map(({ count }) => count));
  return (
    <figure className="mt-4">
      <figcaption className="mb-1 text-small text-muted">
        Durations (each step to the right is 1.4 times as long)
      </figcaption>
      <ol aria-label="Outcomes by duration" className="flex h-16 items-end gap-px border-b border-line">
        {bars.map(({ from, to, count }) => {
          const label = `${formatDuration(from)} to ${formatDuration(to)}: ${formatCount(count)}`;
          const height = count === 0 ? 0 : Math.max(4, (count / most) * 100);
          return (
            <li key={from} title={label} aria-label={label} className="flex h-full max-w-10 flex-1 items-end">
              <span
                className="w-full rounded-t-[2px]"
                style={{ height: `${height}%`, background: toneColor("running") }}
              />
            </li>
          );
        })}
      </ol>
      <div className="mt-1 flex text-small text-faint tabular-nums" style={{ maxWidth: `${bars.length * 2.5}rem` }}>
        <span>{formatDuration(first.from)}</span>
        <span className="ml-auto">{formatDuration(last.to)}</span>
      </div>
    </figure>
  );
}
