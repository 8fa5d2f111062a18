import type { JobCounts } from "../../domain/execution/contract.ts";
import { toneColor } from "../ui/status.ts";
import { progressOf } from "./board-model.ts";

/**
 * How far a card's jobs are: a bar of completed, running and failed ones, and the figures in words.
 */
export function CardProgress({ counts }: { counts: Readonly<JobCounts> }) {
  const progress = progressOf(counts);
  if (!progress) return <span className="flex-1 text-small text-faint">No jobs yet</span>;
  const { total, completed, running, failed, label } = progress;
  const share = (count: number) => ({ width: `${(count / total) * 100}%` });
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2" title={label}>
      <div role="img" aria-label={label} className="flex h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-inset">
        <span style={{ ...share(completed), background: toneColor("completed") }} />
        <span style={{ ...share(running), background: toneColor("running") }} />
        <span style={{ ...share(failed), background: toneColor("failed") }} />
      </div>
      <span aria-hidden className="text-small text-muted tabular-nums">
        {completed}/{total}
        {failed > 0 && <span className="ml-1 text-danger">✕{failed}</span>}
      </span>
    </div>
  );
}
