"use client";

import { useDraggable } from "@dnd-kit/core";
import { ArrowRightLeft, GripVertical, Link2 } from "lucide-react";
import { type KeyboardEventHandler, memo } from "react";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { Changes, useMayChange } from "../ui/changes.tsx";
import { cn } from "../ui/cn.ts";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { statusLook } from "../ui/status.ts";
import type { Card } from "./board-model.ts";
import { CardView } from "./card-view.tsx";
import { legalMoves } from "./moves.ts";
import { useFollowJobs } from "./use-move-card.ts";

export interface BoardCardProps {
  card: Card;
  /** It came into this column by a move made elsewhere, a moment ago. */
  arrived: boolean;
  showRun: boolean;
  onMove: (card: Card, to: WorkstreamStatus) => void;
}

/**
 * A card that can be dragged by pointer anywhere on it, by keyboard at its handle, and moved by its
 * menu. The handle is a button of its own, because a card that were one could not hold a link.
 */
export const BoardCard = memo(function BoardCard({ card, arrived, showRun, onMove }: BoardCardProps) {
  const { pending = false } = card;
  const mayChange = useMayChange();
  const { setNodeRef, setActivatorNodeRef, listeners, attributes, isDragging } = useDraggable({
    id: card.id,
    data: { card },
    disabled: pending || !mayChange,
  });
  const { onKeyDown, ...byPointer } = listeners ?? {};

  return (
    // The pointer may take the card anywhere; the keyboard has the handle.
    <div {...byPointer} className={cn("touch-manipulation", mayChange && "cursor-grab")}>
      <CardView
        ref={setNodeRef}
        card={card}
        arrived={arrived}
        ghost={isDragging}
        showRun={showRun}
        controls={
          <span className="absolute top-1 right-1 flex rounded bg-surface opacity-0 group-focus-within/card:opacity-100 group-hover/card:opacity-100 has-data-popup-open:opacity-100 pointer-coarse:opacity-100">
            <Changes>
              <button
                type="button"
                ref={setActivatorNodeRef}
                onKeyDown={onKeyDown as KeyboardEventHandler | undefined}
                aria-label={`Drag ${card.title}`}
                aria-describedby={attributes["aria-describedby"]}
                aria-pressed={isDragging}
                disabled={pending}
                className="flex h-6 w-5 cursor-grab items-center justify-center rounded text-faint hover:text-ink pointer-coarse:hidden"
              >
                <GripVertical aria-hidden className="size-3.5" />
              </button>
              <Menu
                align="end"
                trigger={
                  <IconButton label={`Move ${card.title} to…`} size="sm" disabled={pending} className="h-6 w-6">
                    <ArrowRightLeft aria-hidden className="size-3.5" />
                  </IconButton>
                }
              >
                <div className="px-2 pt-1 pb-0.5 text-small text-muted">Move to</div>
                {legalMoves(card.status).map((to) => (
                  <MenuItem
                    key={to}
                    icon={<StatusIcon kind="workstream" status={to} />}
                    onSelect={() => onMove(card, to)}
                  >
                    {statusLook("workstream", to).label}
                  </MenuItem>
                ))}
                {card.follow === "manual" && <FollowJobs card={card} />}
              </Menu>
            </Changes>
          </span>
        }
      />
    </div>
  );
});

/** Of a card that was put where it is: its jobs move it again. */
function FollowJobs({ card }: { card: Card }) {
  const { run: followJobs } = useFollowJobs();
  return (
    <MenuItem icon={<Link2 aria-hidden className="size-3.5" />} onSelect={() => void followJobs(card)}>
      Follow its jobs again
    </MenuItem>
  );
}
