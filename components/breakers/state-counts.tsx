import { StatusIcon } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { statusLook } from "../ui/status.ts";
import { type BreakerRow, countStates } from "./breaker-view.ts";

/** How many breakers are in each state, worst first. */
export function StateCounts({ breakers }: { breakers: readonly BreakerRow[] }) {
  return (
    <ul aria-label="Breakers by state" className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1 text-[13px]">
      {countStates(breakers).map(({ state, count }) => (
        <li key={state} className={cn("flex items-center gap-1.5", count === 0 && "grayscale")}>
          <StatusIcon kind="breaker" status={state} className={cn(count === 0 && "opacity-50")} />
          <span className={cn("tabular-nums", count === 0 ? "text-muted" : "font-semibold")}>{count}</span>
          <span className="text-muted">{statusLook("breaker", state).label}</span>
        </li>
      ))}
    </ul>
  );
}
