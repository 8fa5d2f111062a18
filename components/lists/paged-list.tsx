"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Part } from "../ui/part.tsx";
import { GridCell, GridGroup, GridHead, GridRow, GridTable } from "./grid.tsx";
import { useListKeys } from "./list-keys.ts";

/** Renders one row; `card` on narrow screens. */
export interface RowLook {
  index: number;
  /** Whether it is the current row of the keyboard. */
  active: boolean;
  card: boolean;
}

interface PagedListProps<T> {
  label: string;
  /** Singular noun for the help of keys: "run". */
  what: string;
  rows: readonly T[];
  hrefOf: (id: string) => string;
  row: (row: T, look: RowLook) => ReactNode;
  heads: readonly { name: string; className?: string | undefined }[];
  /** The classes of the columns of heads and rows, and the width that they need. */
  columns: string;
  width: string;
  /** The classes of the list's height. */
  heights: string;
  rowHeight: number;
  cardHeight: number;
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Scrolls to the top when it changes. */
  top: number;
  onAtTop: (atTop: boolean) => void;
}

/**
 * Rows page by page, of any number: only visible ones are drawn. j and k move through them, Enter
 * opens one.
 */
export function PagedList<T extends { id: string }>(props: PagedListProps<T>) {
  const { rows, rowHeight, cardHeight, hasMore, loadingMore, more, top, onAtTop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const card = useNarrow();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (card ? cardHeight : rowHeight),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 10,
    initialRect: { width: 1000, height: 900 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height of rows depends on it
  useEffect(() => virtual.measure(), [virtual, card]);
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - 10) more();
  }, [hasMore, last, rows.length, more]);
  useEffect(() => {
    if (top > 0) virtual.scrollToOffset(0);
  }, [top, virtual]);
  // Other filters start at the top again.
  useEffect(() => onAtTop(true), [onAtTop]);
  const reveal = (index: number) => virtual.scrollToIndex(index, { align: "auto" });
  const active = useListKeys({ rows, what: props.what, hrefOf: props.hrefOf, reveal });

  return (
    <GridTable
      ref={scroller}
      aria-label={props.label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop < rowHeight / 2)}
      className={cn("relative overflow-auto", props.heights)}
    >
      <div className={props.width}>
        {!card && <Heads heads={props.heads} columns={props.columns} />}
        <GridGroup className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, size, start }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                role="presentation"
                className="absolute inset-x-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <Part name="This row">{props.row(row, { index, active: row.id === active, card })}</Part>
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

function Heads({ heads, columns }: Pick<PagedListProps<unknown>, "heads" | "columns">) {
  return (
    <GridGroup className="sticky top-0 z-[1] border-b border-line bg-surface">
      <GridRow
        aria-rowindex={1}
        className={cn("grid h-8 items-center gap-x-3 px-3 text-small font-medium text-muted", columns)}
      >
        {heads.map(({ name, className }) => (
          <GridHead key={name} className={className}>
            {name}
          </GridHead>
        ))}
      </GridRow>
    </GridGroup>
  );
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
