import type { BreakerWindow } from "../../../domain/agents/breaker/window.ts";
import { toneColor } from "../../ui/status.ts";

/** Most marks drawn; the figures count older calls too. */
const MOST = 120;

const MARKS = {
  ".": { name: "succeeded", height: "35%", tone: "completed" },
  s: { name: "succeeded slowly", height: "60%", tone: "queued" },
  x: { name: "failed", height: "100%", tone: "failed" },
  X: { name: "failed slowly", height: "100%", tone: "timed-out" },
} as const;

/**
 * The calls in a breaker's window, oldest at the left: one mark each, tall when it failed; per
 * second in a time window.
 */
export function WindowStrip({ window }: { window: BreakerWindow }) {
  const marks = window.kind === "count" ? countMarks(window.last) : secondMarks(window.buckets);
  if (marks.length === 0) return <p className="text-small text-muted">The window is empty.</p>;
  return (
    <ol aria-label="Calls in the window, oldest first" className="flex h-8 items-end gap-px">
      {marks.map(({ key, label, height, color }) => (
        <li
          key={key}
          title={label}
          aria-label={label}
          className="max-w-2 min-w-[2px] flex-1 rounded-[1px]"
          style={{ height, background: color }}
        />
      ))}
    </ol>
  );
}

interface Mark {
  key: number;
  label: string;
  height: string;
  color: string;
}

function countMarks(last: string): Mark[] {
  return [...last].slice(-MOST).map((mark, key) => {
    const { name, height, tone } = MARKS[mark as keyof typeof MARKS] ?? MARKS["."];
    return { key, label: name, height, color: toneColor(tone) };
  });
}

function secondMarks(buckets: [second: number, calls: number, failures: number, slow: number][]): Mark[] {
  const most = Math.max(1, ...buckets.map(([, calls]) => calls));
  return buckets.slice(-MOST).map(([second, calls, failures]) => ({
    key: second,
    label: `second ${second}: ${failures} of ${calls} failed`,
    height: `${Math.max(15, (calls / most) * 100)}%`,
    color: toneColor(failures > 0 ? "failed" : "completed"),
  }));
}
