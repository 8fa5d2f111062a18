"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { GridCell, GridGroup, GridHead, GridRow, GridTable } from "../runs/grid.tsx";
import { useHotkey } from "../shell/hotkeys.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { type Decision, decisionHref } from "./decision-filters.ts";
import { DECISION_CARD_HEIGHT, DECISION_COLUMNS, DECISION_ROW_HEIGHT, DecisionRow } from "./decision-row.tsx";

interface DecisionListProps {
  decisions: readonly Decision[];
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Scrolls to the top when it changes. */
  top: number;
  onAtTop: (atTop: boolean) => void;
}

/** Decisions, newest first, however many: only those in sight are drawn. */
export function DecisionList({ decisions, hasMore, loadingMore, more, top, onAtTop }: DecisionListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const card = useNarrow();
  const virtual = useVirtualizer({
    count: decisions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (card ? DECISION_CARD_HEIGHT : DECISION_ROW_HEIGHT),
    getItemKey: (index) => decisions[index]?.id ?? index,
    overscan: 10,
    initialRect: { width: 1000, height: 900 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height then
  useEffect(() => virtual.measure(), [virtual, card]);
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= decisions.length - 10) more();
  }, [hasMore, last, decisions.length, more]);
  useEffect(() => {
    if (top > 0) virtual.scrollToOffset(0);
  }, [top, virtual]);
  // Other filters begin at the top again.
  useEffect(() => onAtTop(true), [onAtTop]);
  const active = useListKeys(decisions, (index) => virtual.scrollToIndex(index, { align: "auto" }));

  return (
    <GridTable
      ref={scroller}
      aria-label="Routing decisions"
      aria-rowcount={hasMore ? -1 : decisions.length + 1}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop < DECISION_ROW_HEIGHT / 2)}
      className="relative max-h-[max(24rem,calc(100dvh-11.5rem))] overflow-auto max-md:max-h-[max(20rem,calc(100dvh-21rem))]"
    >
      <div className="md:min-w-[60rem]">
        {!card && <Head />}
        <GridGroup className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, size, start }) => {
            const decision = decisions[index];
            if (!decision) return null;
            return (
              <div
                key={decision.id}
                role="presentation"
                className="absolute inset-x-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <DecisionRow decision={decision} index={index} active={decision.id === active} card={card} />
              </div>
            );
          })}
        </GridGroup>
        {hasMore && (
          <GridGroup>
            <GridRow className="h-10">
              <GridCell className="flex h-full items-center justify-center">
                <Button size="sm" variant="ghost" busy={loadingMore} onClick={more}>
                  {loadingMore ? "Loading…" : "Load more"}
                </Button>
              </GridCell>
            </GridRow>
          </GridGroup>
        )}
      </div>
    </GridTable>
  );
}

const HEADS = ["Outcome", "Task", "Agent", "Score", "Could take it", "Try", "Duration", "Routed"] as const;
const RIGHT: ReadonlySet<string> = new Set(["Score", "Duration"]);
/** These would touch the figures before them. */
const BEHIND_RIGHT: ReadonlySet<string> = new Set(["Could take it", "Routed"]);

function Head() {
  return (
    <GridGroup className="sticky top-0 z-[1] border-b border-line bg-surface">
      <GridRow
        aria-rowindex={1}
        className={cn("grid h-8 items-center gap-x-3 px-3 text-[12px] font-medium text-muted", DECISION_COLUMNS)}
      >
        {HEADS.map((head) => (
          <GridHead key={head} className={cn(RIGHT.has(head) ? "text-right" : BEHIND_RIGHT.has(head) && "pl-2")}>
            {head}
          </GridHead>
        ))}
      </GridRow>
    </GridGroup>
  );
}

/** j and k go through the rows, Enter opens the one they stand on. @returns its id. */
function useListKeys(decisions: readonly Decision[], reveal: (index: number) => void): string | null {
  const [active, setActive] = useState<string | null>(null);
  const router = useRouter();
  const step = (by: 1 | -1) => {
    const index = decisions.findIndex(({ id }) => id === active);
    const to = Math.min(decisions.length - 1, Math.max(0, index + by));
    setActive(decisions[to]?.id ?? null);
    reveal(to);
  };
  useHotkey("j", () => step(1), "Next decision");
  useHotkey("k", () => step(-1), "Previous decision");
  useHotkey("enter", () => active !== null && router.push(decisionHref(active)), "Open the decision");
  return active;
}

const NARROW = "(max-width: 767px)";

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(NARROW);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(NARROW).matches,
    () => false,
  );
}
