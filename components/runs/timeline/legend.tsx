import type { CSSProperties } from "react";
import { cn } from "../../ui/cn.ts";

const ITEMS = [
  { kind: "run", label: "Running", status: "running" },
  { kind: "queue", label: "In the queue" },
  { kind: "dependencies", label: "Waiting for jobs" },
  { kind: "approval", label: "Waiting for approval" },
  { kind: "scheduled", label: "Scheduled for later" },
  { kind: "gap", label: "Until the next attempt" },
  { kind: "run", label: "Trial of a half-open breaker", status: "running", trial: true },
] as const;

/** The legend of the bars. */
export function Legend({ className }: { className?: string }) {
  return (
    <ul aria-label="Legend" className={cn("flex flex-wrap gap-x-4 gap-y-1 text-small text-muted", className)}>
      {ITEMS.map((item) => (
        <li key={item.label} className="flex items-center gap-1.5">
          <span
            aria-hidden
            className="relative -my-2 h-8 w-7 scale-75"
            style={{ "--from": 0, "--per-ms": "1%" } as CSSProperties}
          >
            <span
              className="timeline-bar"
              data-kind={item.kind}
              data-trial={("trial" in item && item.trial) || undefined}
              style={{ "--start": 4, "--end": 96, "--tone": "var(--status-running)" } as CSSProperties}
            />
          </span>
          {item.label}
        </li>
      ))}
    </ul>
  );
}
