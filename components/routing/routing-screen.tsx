"use client";

import { Waypoints } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { ListFrame, LoadingRows } from "../lists/list-frame.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { type DecisionFilters, decisionQuery, decisionSearch, toDecisionFilters } from "./decision-filters.ts";
import { DecisionFiltersBar } from "./decision-filters-bar.tsx";
import { DecisionList } from "./decision-list.tsx";
import { type DecisionPage, useDecisions } from "./use-decisions.ts";

const DECIDE = `curl -s $URL/api/v1/routing/decisions -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\
  -d '{"taskId": "review-7", "taskType": "review", "requiredCapability": "go"}'`;

interface RoutingScreenProps {
  initial: DecisionPage;
  /** The filters that `initial` was loaded with. */
  initialFilters: DecisionFilters;
  taskTypes: readonly string[];
  /** Position of the log at `initial`. */
  head: number;
}

/** Routing decisions: filtered by the URL, live, page by page. */
export function RoutingScreen({ initial, initialFilters, taskTypes, head }: RoutingScreenProps) {
  useTitle("Routing");
  const [search, setSearch] = useQueryStates(decisionSearch, { history: "push" });
  const filters = useMemo(() => toDecisionFilters(search), [search]);
  const [atTop, setAtTop] = useState(true);
  const [top, setTop] = useState(0);
  const view = useDecisions(filters, initial, initialFilters, head, atTop);
  const change = ({ from, to, ...rest }: Partial<DecisionFilters>) =>
    void setSearch({
      ...rest,
      ...(from !== undefined && { from: from === null ? null : new Date(from) }),
      ...(to !== undefined && { to: to === null ? null : new Date(to) }),
    });
  const clear = () => void setSearch(null);
  const showFresh = () => {
    view.showFresh();
    setTop((count) => count + 1);
  };
  const query = decisionQuery(filters);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHeader title="Routing" />
      <DecisionFiltersBar filters={filters} taskTypes={taskTypes} onChange={change} onClear={clear} />
      <ListFrame label="Decisions" fresh={view.fresh} freshOne="newer decision" onShowFresh={showFresh}>
        {view.error && !view.rows ? (
          <ErrorState detail={view.error.detail} onRetry={view.retry} />
        ) : view.rows === undefined ? (
          <LoadingRows label="Loading decisions" />
        ) : view.rows.length === 0 && !view.hasMore ? (
          <NoDecisions filtered={query !== ""} onClear={clear} />
        ) : (
          <DecisionList
            key={query}
            decisions={view.rows}
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

function NoDecisions({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <EmptyState
        icon={<Waypoints />}
        title="No decision matches these filters"
        action={<Button onClick={onClear}>Clear the filters</Button>}
      />
    );
  }
  return (
    <EmptyState icon={<Waypoints />} title="No routing decisions yet" command={DECIDE}>
      Ask Switchyard which agent should do a task, and it explains its choice: every candidate with its score, or why it
      was left out. Decisions made elsewhere can be recorded too.
    </EmptyState>
  );
}
