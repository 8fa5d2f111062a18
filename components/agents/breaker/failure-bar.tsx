import { cn } from "../../ui/cn.ts";
import { formatPercent, formatSetting } from "../../ui/format.ts";
import { toneColor } from "../../ui/status.ts";
import type { BreakerView } from "./breaker-view.ts";

/** The failure rate of a breaker's window against the threshold at which it opens. */
export function FailureBar({ view, className }: { view: BreakerView; className?: string }) {
  const { failureRate, threshold, judged, summary } = view;
  const over = failureRate !== null && failureRate > 0 && failureRate >= threshold;
  return (
    <div className={cn("relative h-2", className)} role="img" aria-label={summary} title={summary}>
      <div className="absolute inset-x-0 inset-y-px overflow-hidden rounded-full bg-inset">
        <div
          className="h-full rounded-full"
          style={{
            width: `${(failureRate ?? 0) * 100}%`,
            background: toneColor(over ? "failed" : "blocked"),
            // Too few calls for the rate to count: shown, but pale.
            opacity: judged ? 1 : 0.5,
          }}
        />
      </div>
      <div
        aria-hidden
        className="absolute -inset-y-0.5 w-0.5 -translate-x-1/2 rounded-full bg-ink"
        style={{ left: `clamp(1px, ${threshold * 100}%, 100% - 1px)` }}
      />
    </div>
  );
}

/** The rate as a big figure, next to the calls it counts. */
export function FailureRate({ view }: { view: BreakerView }) {
  const { failureRate, failures, calls, minimum, judged, threshold, ofTrials, slow } = view;
  const counted = ofTrials ? "trial calls" : "calls";
  return (
    <div>
      <div className="flex items-baseline gap-2">
        {failureRate !== null && (
          <span
            className={cn("text-figure leading-6 font-semibold tracking-tight tabular-nums", !judged && "text-muted")}
          >
            {formatPercent(failureRate)}
          </span>
        )}
        <span className="text-small leading-6 text-muted">
          {failureRate === null ? `No ${counted} yet` : `failed · ${failures} of ${calls} ${counted}`}
        </span>
      </div>
      <FailureBar view={view} className="mt-1.5" />
      <div className="mt-1 flex justify-between gap-2 text-small text-muted tabular-nums">
        <span>
          {judged ? (
            <>
              {view.windowLabel} <span className="text-faint">· at least {minimum}</span>
            </>
          ) : (
            `${calls} of the ${minimum} calls it needs`
          )}
        </span>
        <span>opens at {formatPercent(threshold)}</span>
      </div>
      {slow && (
        <div className="flex justify-between gap-2 text-small text-muted tabular-nums">
          <span>
            <span className={cn(judged && (slow.rate ?? 0) >= slow.threshold && "font-medium text-danger")}>
              {formatPercent(slow.rate)}
            </span>{" "}
            slower than {formatSetting(slow.overMs)}
          </span>
          <span>opens at {formatPercent(slow.threshold)}</span>
        </div>
      )}
    </div>
  );
}
