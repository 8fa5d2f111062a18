"use client";

import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { cn } from "../ui/cn.ts";
import { formatCount, formatPlural } from "../ui/format.ts";
import { serverNow } from "../ui/now.ts";
import type { Ask } from "./alert-item.tsx";
import { type AlertRow, isSilenced } from "./alert-model.ts";

interface BulkBarProps {
  chosen: readonly AlertRow[];
  /** How many could be selected. */
  total: number;
  /** They are being loaded. */
  loadingAll: boolean;
  onAll: () => void;
  onClear: () => void;
  onAsk: (ask: Ask, alerts: readonly AlertRow[]) => void;
}

/** What can be done to all that are selected, each for those whose status allows it. */
export function BulkBar({ chosen, total, loadingAll, onAll, onClear, onAsk }: BulkBarProps) {
  const firing = chosen.filter((alert) => movable(alert, "acknowledge"));
  const acknowledged = chosen.filter((alert) => movable(alert, "unacknowledge"));
  const awake = chosen.filter((alert) => movable(alert, "snooze"));
  const open = chosen.filter((alert) => movable(alert, "resolve"));
  return (
    <div
      role="toolbar"
      aria-label="Selected alerts"
      className="popup sticky bottom-18 z-30 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 px-3 py-2 lg:bottom-4"
    >
      <span className="text-body font-medium tabular-nums">{formatPlural(chosen.length, "alert")} selected</span>
      {chosen.length < total && (
        <Button variant="ghost" size="sm" busy={loadingAll} onClick={onAll} className={BIG}>
          Select all {formatCount(total)}
        </Button>
      )}
      <Button variant="ghost" onClick={onClear} className={cn(BIG, "max-sm:ml-auto sm:order-last")}>
        Clear
      </Button>
      <div className="flex flex-wrap gap-2 max-sm:w-full max-sm:*:flex-1">
        <Changes>
          {firing.length > 0 && (
            <>
              <Button
                variant="primary"
                className={cn(BIG, "max-sm:basis-full")}
                onClick={() => onAsk("acknowledge", firing)}
              >
                Acknowledge selected
              </Button>
              <Button className={BIG} onClick={() => onAsk("note", firing)}>
                With note…
              </Button>
            </>
          )}
          {acknowledged.length > 0 && (
            <Button className={BIG} onClick={() => onAsk("unacknowledge", acknowledged)}>
              {acknowledged.every(({ status }) => status === "snoozed") ? "Wake" : "Unacknowledge"}
            </Button>
          )}
          {awake.length > 0 && (
            <Button className={BIG} onClick={() => onAsk("snooze", awake)}>
              Snooze…
            </Button>
          )}
          {open.length > 0 && (
            <Button className={BIG} onClick={() => onAsk("resolve", open)}>
              Resolve…
            </Button>
          )}
        </Changes>
      </div>
    </div>
  );
}

const BIG = "pointer-coarse:min-h-11";

/** Whether an alert's status allows what is asked, and no click on it is under way. */
export function movable(alert: AlertRow, ask: Ask): boolean {
  if (alert.pending) return false;
  switch (ask) {
    case "acknowledge":
    case "note":
      return alert.status === "firing";
    case "unacknowledge":
      return alert.status === "acknowledged" || alert.status === "snoozed" || isSilenced(alert, serverNow());
    case "snooze":
      return alert.status === "firing" || alert.status === "acknowledged";
    case "resolve":
      return alert.status !== "resolved";
    case "comment":
    case "open":
      return true;
  }
}
