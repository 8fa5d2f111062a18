"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useQueryStates } from "nuqs";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Live } from "../live/rows.ts";
import { useHotkey } from "../shell/hotkeys.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { formatPlural } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { filterQuery, isUnfiltered, NO_FILTERS, type RunFilters } from "./filters.ts";
import { GridCell, GridGroup, GridHead, GridRow, GridTable } from "./grid.tsx";
import { RunFiltersBar } from "./run-filters.tsx";
import { RUN_CARD_HEIGHT, RUN_COLUMNS, RUN_ROW_HEIGHT, RunRow, runHref } from "./run-row.tsx";
import { runSearch, toFilters } from "./run-search.ts";
import { type RunPage, useRuns } from "./use-runs.ts";

interface RunListProps {
  initial: RunPage;
  /** The filters that `initial` was loaded with. */
  initialFilters: RunFilters;
}

/** All runs: filtered by the URL, live, page by page. */
export function RunList({ initial, initialFilters }: RunListProps) {
  const [search, setSearch] = useQueryStates(runSearch, { history: "push" });
  const filters = useMemo(() => toFilters(search), [search]);
  const [atTop, setAtTop] = useState(true);
  const view = useRuns(filters, initial, initialFilters, atTop);
  const change = ({ from, to, ...rest }: Partial<RunFilters>) =>
    void setSearch({
      ...rest,
      ...(from !== undefined && { from: from === null ? null : new Date(from) }),
      ...(to !== undefined && { to: to === null ? null : new Date(to) }),
    });
  const [top, setTop] = useState(0);
  const showFresh = () => {
    view.showFresh();
    setTop((count) => count + 1);
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHeader title="Runs" />
      <RunFiltersBar filters={filters} onChange={change} onClear={() => void setSearch(null)} />
      <section
        aria-label="Runs"
        className="relative mt-3 min-w-0 overflow-hidden rounded-lg border border-line bg-surface"
      >
        {view.fresh > 0 && (
          <div role="status" className="absolute inset-x-0 top-10 z-10 flex justify-center">
            <Button variant="primary" size="sm" className="rounded-full! shadow-lg" onClick={showFresh}>
              <ArrowUp aria-hidden className="size-3.5" /> {formatPlural(view.fresh, "new run")}
            </Button>
          </div>
        )}
        {view.error && !view.runs ? (
          <ErrorState detail={view.error.detail} onRetry={view.retry} />
        ) : view.runs === undefined ? (
          <Rows />
        ) : view.runs.length === 0 && !view.hasMore ? (
          <NoRuns filtered={!isUnfiltered(filters)} onClear={() => change(NO_FILTERS)} />
        ) : (
          <VirtualRuns
            key={filterQuery(filters)}
            runs={view.runs}
            hasMore={view.hasMore}
            loadingMore={view.loadingMore}
            more={view.more}
            top={top}
            onAtTop={setAtTop}
          />
        )}
      </section>
    </div>
  );
}

interface VirtualRunsProps {
  runs: readonly Live<"run">[];
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Scrolls to the top when it changes. */
  top: number;
  onAtTop: (atTop: boolean) => void;
}

function VirtualRuns({ runs, hasMore, loadingMore, more, top, onAtTop }: VirtualRunsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const card = useNarrow();
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (card ? RUN_CARD_HEIGHT : RUN_ROW_HEIGHT),
    getItemKey: (index) => runs[index]?.id ?? index,
    overscan: 10,
    initialRect: { width: 1000, height: 900 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height then
  useEffect(() => virtual.measure(), [virtual, card]);
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= runs.length - 10) more();
  }, [hasMore, last, runs.length, more]);
  useEffect(() => {
    if (top > 0) virtual.scrollToOffset(0);
  }, [top, virtual]);
  // Other filters begin at the top again.
  useEffect(() => onAtTop(true), [onAtTop]);
  const active = useListKeys(runs, (index) => virtual.scrollToIndex(index, { align: "auto" }));

  return (
    <GridTable
      ref={scroller}
      aria-label="Runs"
      aria-rowcount={hasMore ? -1 : runs.length + 1}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop < RUN_ROW_HEIGHT / 2)}
      className="relative max-h-[max(24rem,calc(100dvh-11.5rem))] overflow-auto max-md:max-h-[max(20rem,calc(100dvh-19.5rem))]"
    >
      <div className="md:min-w-[62rem]">
        {!card && <Head />}
        <GridGroup className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, size, start }) => {
            const run = runs[index];
            if (!run) return null;
            return (
              <div
                key={run.id}
                role="presentation"
                className="absolute inset-x-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <RunRow run={run} index={index} active={run.id === active} card={card} />
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

const HEADS = ["Status", "Run", "Jobs", "Duration", "Created", "Started by", "Tags"] as const;

function Head() {
  return (
    <GridGroup className="sticky top-0 z-[1] border-b border-line bg-surface">
      <GridRow
        aria-rowindex={1}
        className={cn("grid h-8 items-center gap-x-3 px-3 text-[12px] font-medium text-muted", RUN_COLUMNS)}
      >
        {HEADS.map((head) => (
          <GridHead key={head} className={cn(head === "Duration" && "pr-2 text-right")}>
            {head}
          </GridHead>
        ))}
      </GridRow>
    </GridGroup>
  );
}

function Rows() {
  return (
    <div role="status" aria-label="Loading runs" className="space-y-2 p-3">
      {Array.from({ length: 12 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={row} className="h-7" />
      ))}
    </div>
  );
}

function NoRuns({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <EmptyState
        icon={<Play />}
        title="No run matches these filters"
        action={<Button onClick={onClear}>Clear the filters</Button>}
      />
    );
  }
  return (
    <EmptyState icon={<Play />} title="No runs yet" command="npm run demo">
      A run appears here the moment an orchestrator commits one. Try it with real processes:
    </EmptyState>
  );
}

/** j and k go through the rows, Enter opens the one they stand on. @returns its id. */
function useListKeys(runs: readonly Live<"run">[], reveal: (index: number) => void): string | null {
  const [active, setActive] = useState<string | null>(null);
  const router = useRouter();
  const step = (by: 1 | -1) => {
    const index = runs.findIndex((run) => run.id === active);
    const to = Math.min(runs.length - 1, Math.max(0, index + by));
    setActive(runs[to]?.id ?? null);
    reveal(to);
  };
  useHotkey("j", () => step(1), "Next run");
  useHotkey("k", () => step(-1), "Previous run");
  useHotkey("enter", () => active !== null && router.push(runHref(active)), "Open the run");
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
