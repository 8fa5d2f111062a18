import { ChevronsLeftRight, ChevronsRightLeft } from "lucide-react";
import type { WorkstreamStatus } from "../../domain/statuses.ts";
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

/** Name and count of a column, and the button that folds it. */
export function ColumnHead({ status, count, more, collapsed, onToggle, className }: ColumnHeadProps) {
  const { label } = statusLook("workstream", status);
  const Fold = collapsed ? ChevronsLeftRight : ChevronsRightLeft;
  return (
    <div className={cn("flex items-center gap-1.5 px-1", collapsed && "flex-col py-1", className)}>
      <StatusIcon kind="workstream" status={status} />
      <h2 className={cn("truncate text-[13px] font-semibold", collapsed && "[writing-mode:vertical-rl]")}>{label}</h2>
      <span className="rounded bg-inset px-1.5 text-[12px] text-muted tabular-nums">
        {formatCount(count)}
        {more && "+"}
      </span>
      <IconButton
        label={`${collapsed ? "Expand" : "Collapse"} ${label}`}
        aria-expanded={!collapsed}
        size="sm"
        onClick={onToggle}
        className={cn("h-6 w-6 text-faint", !collapsed && "ml-auto")}
      >
        <Fold aria-hidden className="size-3.5" />
      </IconButton>
    </div>
  );
}
