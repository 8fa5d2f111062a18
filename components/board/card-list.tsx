"use client";

import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { cn } from "../ui/cn.ts";
import { Part } from "../ui/part.tsx";
import { BoardCard, type BoardCardProps } from "./board-card.tsx";
import type { Card } from "./board-model.ts";

interface CardListProps {
  cards: Card[];
  tall: boolean;
  /** The card that is dragged: it stays in the document however far its list is scrolled. */
  draggedId: string | null;
  arrived: ReadonlySet<string>;
  showRun: boolean;
  onMove: BoardCardProps["onMove"];
}

/** Above this many cards, a column draws only those in view. */
const MANY = 100;
const TYPICAL_HEIGHT = 100;
const GAP = 6;

/** The cards of one column. */
export function CardList(props: CardListProps) {
  if (props.cards.length > MANY) return <VirtualList {...props} />;
  return (
    <ul className={cn("space-y-1.5 p-1.5", props.tall && "min-h-0 flex-1 overflow-y-auto")}>
      {props.cards.map((card) => (
        <li key={card.id}>{drawn(card, props)}</li>
      ))}
    </ul>
  );
}

function VirtualList(props: CardListProps) {
  const { cards, tall, draggedId } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => TYPICAL_HEIGHT,
    getItemKey: (index) => cards[index]?.id ?? index,
    gap: GAP,
    paddingStart: GAP,
    paddingEnd: GAP,
    overscan: 6,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      const dragged = draggedId === null ? -1 : cards.findIndex((card) => card.id === draggedId);
      return dragged < 0 || shown.includes(dragged) ? shown : [...shown, dragged].sort((a, b) => a - b);
    },
  });
  return (
    <div ref={scroller} className={cn("overflow-y-auto px-1.5", tall ? "min-h-0 flex-1" : "max-h-[60vh]")}>
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const card = cards[item.index];
          if (!card) return null;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              aria-setsize={cards.length}
              aria-posinset={item.index + 1}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {drawn(card, props)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function drawn(card: Card, { arrived, showRun, onMove }: CardListProps) {
  return (
    <Part name="This card">
      <BoardCard card={card} arrived={arrived.has(card.id)} showRun={showRun} onMove={onMove} />
    </Part>
  );
}
