"use client";

import { BellOff } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { AlertsNav } from "../channels/alerts-nav.tsx";
import { useNewest, useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { AlertList } from "./alert-list.tsx";
import { ALERT_VIEWS, type AlertRow, type AlertView, alertsOf, viewCounts } from "./alert-model.ts";
import { type AlertPage, useResolvedAlerts } from "./use-resolved-alerts.ts";

interface AlertsScreenProps {
  initial: readonly AlertRow[];
  /** First page of the resolved ones, if that is the view asked for. */
  resolved?: AlertPage | undefined;
}

const NAMES: { readonly [view in AlertView]: string } = {
  open: "Open",
  firing: "Firing",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  resolved: "Resolved",
};

/** What an operator must know, live; one click takes an alert on, in every browser that looks. */
export function AlertsScreen({ initial, resolved }: AlertsScreenProps) {
  const [view, setView] = useQueryState("status", parseAsStringLiteral(ALERT_VIEWS).withDefault("open"));
  const live = useTopicRows("alerts", "alert", initial);
  const past = useResolvedAlerts(view === "resolved", resolved);
  const newest = useNewest();
  const alerts = useMemo(() => {
    const known = new Set(live.map((alert) => alert.id));
    return [...live, ...past.items.filter((alert) => !known.has(alert.id)).map((alert) => newest(alert))];
  }, [live, past.items, newest]);
  const shown = useMemo(() => alertsOf(alerts, view), [alerts, view]);
  const counts = viewCounts(alerts);

  useTitle(counts.firing > 0 ? `Alerts (${counts.firing} firing)` : "Alerts");

  const content = (
    <>
      {view === "resolved" && past.isError && (
        <ErrorState detail={past.error.message} onRetry={() => void past.refetch()} />
      )}
      {view === "resolved" && past.isPending && shown.length === 0 && <PageSkeleton rows={4} />}
      {shown.length > 0 && <AlertList key={view} alerts={shown} />}
      {shown.length === 0 && !(view === "resolved" && (past.isPending || past.isError)) && <NoAlerts view={view} />}
      {view === "resolved" && past.hasNextPage && (
        <Button className="mt-3" busy={past.isFetchingNextPage} onClick={() => void past.fetchNextPage()}>
          Load older
        </Button>
      )}
    </>
  );

  return (
    <>
      <PageHeader
        title="Alerts"
        badge={<AlertsNav />}
        actions={
          <p aria-hidden className="hidden min-h-8 items-center gap-1 text-[12px] text-muted md:flex">
            <Kbd>j</Kbd>
            <Kbd>k</Kbd> move <Kbd className="ml-2">a</Kbd> acknowledge <Kbd className="ml-2">s</Kbd> snooze{" "}
            <Kbd className="ml-2">r</Kbd> resolve <Kbd className="ml-2">x</Kbd> select <Kbd className="ml-2">?</Kbd> all
            keys
          </p>
        }
      />
      <Tabs
        label="Alerts by status"
        value={view}
        onValueChange={(next) => void setView(next as AlertView)}
        items={ALERT_VIEWS.map((value) => ({
          value,
          label: NAMES[value],
          count: value === "resolved" ? undefined : counts[value],
          content,
        }))}
      />
    </>
  );
}

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
          Press <Kbd>s</Kbd> on an alert to hear no more of it for a while, until it is over, or until it gets worse.
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
