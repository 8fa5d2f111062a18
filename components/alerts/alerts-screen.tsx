"use client";

import { BellOff, SearchX } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { AlertCounts } from "../../domain/alerts/endpoints.ts";
import { useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { type ByStatus, useAlertCounts } from "./alert-counts.ts";
import { AlertList } from "./alert-list.tsx";
import { ALERT_VIEWS, type AlertRow, type AlertView, statusesOf } from "./alert-model.ts";
import { AlertsNav } from "./alerts-nav.tsx";
import { countsPath, type InboxFilter, inboxPath, isNarrowed } from "./inbox-filter.ts";
import { InboxFilters } from "./inbox-filters.tsx";
import { inboxSearch, toInboxFilter } from "./inbox-search.ts";
import type { AlertPage } from "./inbox-window.ts";
import { LinkedAlert } from "./linked-alert.tsx";
import { StormBanner } from "./storm-banner.tsx";
import { useInbox } from "./use-inbox.ts";
import { useStorm } from "./use-storm.ts";

interface AlertsScreenProps {
  /** The first page and the counts of this filter, as the server rendered them. */
  initial: AlertPage;
  initialCounts: AlertCounts;
  initialFilter: InboxFilter;
}

const NAMES: { readonly [view in AlertView]: string } = {
  open: "Open",
  firing: "Firing",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  resolved: "Resolved",
};

/** The inbox, live. A click acknowledges an alert, in every browser at once. */
export function AlertsScreen({ initial, initialCounts, initialFilter }: AlertsScreenProps) {
  const [search, setSearch] = useQueryStates(inboxSearch);
  const filter = useMemo(() => toInboxFilter(search), [search]);
  const inbox = useInbox(filter, initial, inboxPath(initialFilter, null));
  const asRendered = countsPath(filter) === countsPath(initialFilter);
  const counts = useAlertCounts(filter, asRendered ? initialCounts : undefined);
  const storm = useStorm(useTopicRows("alerts", "alert") as readonly AlertRow[]);
  const countOf = (view: AlertView) => counts && sumOf(counts, view);
  useTitle("Alerts");

  const { rows: alerts, error } = inbox;
  const content = (
    <>
      <InboxFilters filter={filter} onChange={(change) => void setSearch(change)} />
      {error && <ErrorState detail={error.detail} onRetry={inbox.retry} />}
      {!alerts && !error && <PageSkeleton rows={4} />}
      {alerts && alerts.length > 0 && (
        <AlertList key={inboxPath(filter, null)} alerts={alerts} total={countOf(filter.view)} inbox={inbox} />
      )}
      {alerts?.length === 0 &&
        !inbox.hasMore &&
        (isNarrowed(filter) ? (
          <EmptyState icon={<SearchX />} title="No alert matches">
            <Button onClick={() => void setSearch({ severity: null, rule: null, q: null })}>Clear filters</Button>
          </EmptyState>
        ) : (
          <NoAlerts view={filter.view} />
        ))}
    </>
  );

  return (
    <>
      <PageHeader
        title="Alerts"
        badge={<AlertsNav />}
        actions={
          <p aria-hidden className="hidden min-h-8 items-center gap-1 text-small text-muted md:flex">
            <Kbd>j</Kbd>
            <Kbd>k</Kbd> move <Kbd className="ml-2">a</Kbd> acknowledge <Kbd className="ml-2">s</Kbd> snooze{" "}
            <Kbd className="ml-2">r</Kbd> resolve <Kbd className="ml-2">x</Kbd> select <Kbd className="ml-2">?</Kbd> all
            keys
          </p>
        }
      />
      {storm && <StormBanner storm={storm} onRule={(rule) => void setSearch({ rule })} />}
      <Tabs
        label="Alerts by status"
        value={filter.view}
        onValueChange={(next) => void setSearch({ status: next as AlertView })}
        items={ALERT_VIEWS.map((value) => ({ value, label: NAMES[value], count: countOf(value), content }))}
      />
      <LinkedAlert />
    </>
  );
}

const sumOf = (counts: ByStatus, view: AlertView): number =>
  statusesOf(view).reduce((sum, status) => sum + counts[status], 0);

function NoAlerts({ view }: { view: AlertView }) {
  switch (view) {
    case "open":
    case "firing":
      return (
        <EmptyState icon={<BellOff />} title={view === "open" ? "No open alerts" : "Nothing is firing"}>
          An alert is raised when a rule finds something wrong, as an agent's circuit breaker that opens, and resolves
          by itself when that has ended. You will see it here at once, without reloading.
        </EmptyState>
      );
    case "acknowledged":
      return (
        <EmptyState icon={<BellOff />} title="No acknowledged alerts">
          Press <Kbd>a</Kbd> on a firing alert, or its button, to say that you are on it.
        </EmptyState>
      );
    case "snoozed":
      return (
        <EmptyState icon={<BellOff />} title="No snoozed alerts">
          Press <Kbd>s</Kbd> on an alert to snooze it for a while, until it is over, or until it gets worse.
        </EmptyState>
      );
    case "resolved":
      return (
        <EmptyState icon={<BellOff />} title="No resolved alerts">
          Alerts come here when their condition has ended.
        </EmptyState>
      );
  }
}
