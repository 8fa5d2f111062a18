"use client";

import { useDndContext, useDroppable } from "@dnd-kit/core";
import { Ban } from "lucide-react";
import { memo } from "react";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { statusLook } from "../ui/status.ts";
import type { BoardCardProps } from "./board-card.tsx";
import type { Card } from "./board-model.ts";
import { CardList } from "./card-list.tsx";
import { cardOf } from "./drag.ts";
import { refusalOf, zoneId } from "./moves.ts";

interface DropZoneProps {
  lane: string;
  status: WorkstreamStatus;
  /** Accessible name: the column's, with the run's in a swimlane. */
  name: string;
  cards: Card[];
  collapsed: boolean;
  /** Scrolls by itself and fills its height, as on a board without swimlanes. */
  tall: boolean;
  /** Brings older cards of this column; absent when all are here. */
  onMore: (() => void) | undefined;
  arrived: ReadonlySet<string>;
  showRun: boolean;
  onMove: BoardCardProps["onMove"];
  className: string;
}

/**
 * A column's cards, and the place to drop one. While a card is dragged, it lights up if it takes it
 * and says why if it does not.
 */
export const DropZone = memo(function DropZone(props: DropZoneProps) {
  const { lane, status, name, cards, collapsed, tall, onMore, arrived, showRun, onMove, className } = props;
  const { setNodeRef, isOver } = useDroppable({ id: zoneId(lane, status) });
  const { active } = useDndContext();
  const dragged = cardOf(active);
  const refusal = dragged ? refusalOf(dragged.status, status) : null;
  const legal = dragged !== null && dragged.status !== status && refusal === null;

  return (
    <section
      ref={setNodeRef}
      aria-label={name}
      data-drop={dragged === null ? undefined : legal ? "legal" : refusal ? "illegal" : "own"}
      className={cn(
        "relative flex min-w-0 flex-col rounded-lg border transition-colors",
        tall ? "min-h-40" : "min-h-14",
        lookOf(legal, refusal !== null, isOver),
        className,
      )}
    >
      {collapsed ? (
        <Folded status={status} count={cards.length} />
      ) : (
        <CardList
          cards={cards}
          tall={tall}
          draggedId={dragged?.id ?? null}
          arrived={arrived}
          showRun={showRun}
          onMove={onMove}
        />
      )}
      {onMore && !collapsed && (
        <Button variant="ghost" size="sm" onClick={onMore} className="m-1.5 shrink-0">
          Load older
        </Button>
      )}
      {refusal && isOver && (
        <p className="pointer-events-none absolute inset-x-1.5 top-1.5 z-10 flex gap-1.5 rounded-md border border-danger bg-raised p-2 text-small text-danger shadow-md">
          <Ban aria-hidden className="mt-px size-3.5 shrink-0" />
          {refusal}
        </p>
      )}
    </section>
  );
});

function lookOf(legal: boolean, refused: boolean, isOver: boolean): string {
  if (legal) return cn("border-accent bg-accent-soft/50", isOver && "outline-2 outline-accent");
  if (refused && isOver) return "border-dashed border-danger bg-inset/60";
  return cn("border-transparent bg-inset/60", refused && "opacity-60");
}

function Folded({ status, count }: { status: WorkstreamStatus; count: number }) {
  return (
    <div aria-hidden className="flex flex-col items-center gap-2 py-2">
      <span className="text-small text-muted tabular-nums">{count}</span>
      <span className="text-body font-semibold text-muted [writing-mode:vertical-rl]">
        {statusLook("workstream", status).label}
      </span>
    </div>
  );
}
