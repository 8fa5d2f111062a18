"use client";

import { ChevronRight } from "lucide-react";
import { memo, useEffect, useRef } from "react";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { toneColor } from "../ui/status.ts";
import { AnswerButtons } from "./answer-buttons.tsx";
import { ApprovalDetails } from "./approval-details.tsx";
import { ApprovalFacts } from "./approval-facts.tsx";
import type { ApprovalRow } from "./approval-model.ts";

export interface ApprovalItemProps {
  approval: ApprovalRow;
  /** The reader, as events name them. */
  me: string;
  /** It is the one that is looked at: its details show. */
  open: boolean;
  /** It was decided while one looked: what became of its job shows. */
  justDecided: boolean;
  /** Goes with the answer; only of the open one. */
  comment: string;
  onComment: (comment: string) => void;
  onToggle: (id: string) => void;
  onApprove: (approval: ApprovalRow) => void;
  onReject: (approval: ApprovalRow) => void;
  onEdit: (approval: ApprovalRow) => void;
}

/**
 * One approval: what is asked, what waits because of it and for how long, and the clicks that
 * answer.
 */
export const ApprovalItem = memo(function ApprovalItem(props: ApprovalItemProps) {
  const { approval, open, onToggle } = props;
  const node = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!open || node.current?.contains(document.activeElement)) return;
    if (document.querySelector("[role=dialog]")) return;
    node.current?.focus({ preventScroll: true });
    node.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  const waiting = approval.status === "pending";
  const details = `approval-${approval.id}`;

  return (
    <li
      ref={node}
      tabIndex={-1}
      aria-current={open || undefined}
      aria-busy={approval.pending || undefined}
      className={cn(
        "relative border-b border-line -outline-offset-2 last:border-b-0",
        open && "bg-hover",
        approval.pending && "animate-pulse",
      )}
    >
      <span
        aria-hidden
        className={cn("absolute inset-y-0 left-0 w-[3px]", !waiting && "opacity-35")}
        style={{
          background: toneColor(waiting ? "review" : approval.status === "approved" ? "completed" : "cancelled"),
        }}
      />
      <div className="flex flex-col gap-x-4 gap-y-2.5 py-2.5 pr-3 pl-4 sm:flex-row sm:items-center">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <button
              type="button"
              aria-expanded={open}
              aria-controls={open ? details : undefined}
              onClick={() => onToggle(approval.id)}
              className="-ml-1 flex min-w-0 items-center gap-1 rounded text-left hover:underline pointer-coarse:min-h-9"
            >
              <ChevronRight
                aria-hidden
                className={cn("size-4 shrink-0 text-faint transition-transform", open && "rotate-90")}
              />
              <h2 className={cn("min-w-0 font-medium break-words", waiting ? "text-ink" : "text-muted")}>
                {approval.title}
              </h2>
            </button>
            {!waiting && <StatusBadge kind="approval" status={approval.status} pending={approval.pending} />}
          </div>
          <ApprovalFacts {...props} />
        </div>
        <AnswerButtons {...props} />
      </div>
      {open && <ApprovalDetails id={details} {...props} />}
    </li>
  );
});
