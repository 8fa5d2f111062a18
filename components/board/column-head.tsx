import { ChevronsRightLeft } from "lucide-react";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { formatCount } from "../ui/format.ts";
import { statusLook } from "../ui/status.ts";

interface ColumnHeadProps {
  status: WorkstreamStatus;
  count: number;
  /** Older cards are on the server still. */
  more: boolean;
  collapsed: boolean;
  onToggle: () => void;
  className: string;
}

/** Name and count of a column, and the button that folds it; folded, only that button. */
export function ColumnHead({ status, count, more, collapsed, onToggle, className }: ColumnHeadProps) {
  const { label } = statusLook("workstream", status);
  if (collapsed) {
    return (
      <div className={cn("flex justify-center", className)}>
        <IconButton label={`Expand ${label}`} aria-expanded={false} size="sm" onClick={onToggle}>
          <StatusIcon kind="workstream" status={status} />
        </IconButton>
      </div>
    );
  }
  return (
    <div className={cn("flex items-center gap-1.5 px-1", className)}>
      <StatusIcon kind="workstream" status={status} />
      <h2 className="truncate text-body font-semibold">{label}</h2>
      <span className="rounded bg-inset px-1.5 text-small text-muted tabular-nums">
        {formatCount(count)}
        {more && "+"}
      </span>
      <IconButton label={`Collapse ${label}`} aria-expanded size="sm" onClick={onToggle} className="ml-auto text-faint">
        <ChevronsRightLeft aria-hidden className="size-3.5" />
      </IconButton>
    </div>
  );
}
