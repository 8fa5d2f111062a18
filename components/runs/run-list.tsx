"use client";

import { Play } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { runHref } from "../../domain/kernel/links.ts";
import { ListFrame, LoadingRows } from "../lists/list-frame.tsx";
import { PagedList } from "../lists/paged-list.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { filterQuery, isUnfiltered, NO_FILTERS, type RunFilters } from "./filters.ts";
import { RunFiltersBar } from "./run-filters.tsx";
import { RUN_CARD_HEIGHT, RUN_COLUMNS, RUN_ROW_HEIGHT, RunRow } from "./run-row.tsx";
import { runSearch, toFilters } from "./run-search.ts";
import { type RunPage, useRuns } from "./use-runs.ts";

interface RunListProps {
  initial: RunPage;
  /** The filters that `initial` was loaded with. */
  initialFilters: RunFilters;
}

const HEADS = [
  { name: "Status" },
  { name: "Run" },
  { name: "Jobs" },
  { name: "Duration", className: "pr-2 text-right" },
  { name: "Created" },
  { name: "Started by" },
  { name: "Tags" },
];

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
      <ListFrame label="Runs" fresh={view.fresh} freshOne="new run" onShowFresh={showFresh}>
        {view.error && !view.rows ? (
          <ErrorState detail={view.error.detail} onRetry={view.retry} />
        ) : view.rows === undefined ? (
          <LoadingRows label="Loading runs" />
        ) : view.rows.length === 0 && !view.hasMore ? (
          <NoRuns filtered={!isUnfiltered(filters)} onClear={() => change(NO_FILTERS)} />
        ) : (
          <PagedList
            key={filterQuery(filters)}
            label="Runs"
            what="run"
            rows={view.rows}
            hrefOf={runHref}
            row={(run, look) => <RunRow run={run} {...look} />}
            heads={HEADS}
            columns={RUN_COLUMNS}
            width="md:min-w-[62rem]"
            heights="max-h-[max(24rem,calc(100dvh-11.5rem))] max-md:max-h-[max(20rem,calc(100dvh-19.5rem))]"
            rowHeight={RUN_ROW_HEIGHT}
            cardHeight={RUN_CARD_HEIGHT}
            hasMore={view.hasMore}
            loadingMore={view.loadingMore}
            more={view.more}
            top={top}
            onAtTop={setAtTop}
          />
        )}
      </ListFrame>
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
      A run appears here as soon as an orchestrator creates one. Try it with real processes:
    </EmptyState>
  );
}
