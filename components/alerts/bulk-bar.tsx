"use client";

import { Button } from "../ui/button.tsx";
import { formatPlural } from "../ui/format.ts";
import type { Ask } from "./alert-item.tsx";
import type { AlertRow } from "./alert-model.ts";

interface BulkBarProps {
  chosen: readonly AlertRow[];
  /** How many could be selected. */
  total: number;
  onAll: () => void;
  onClear: () => void;
  onAsk: (ask: Ask, alerts: readonly AlertRow[]) => void;
}

/** What can be done to all that are selected, each for those whose status allows it. */
export function BulkBar({ chosen, total, onAll, onClear, onAsk }: BulkBarProps) {
  const firing = chosen.filter((alert) => movable(alert, "acknowledge"));
  const acknowledged = chosen.filter((alert) => movable(alert, "unacknowledge"));
  const awake = chosen.filter((alert) => movable(alert, "snooze"));
  const open = chosen.filter((alert) => movable(alert, "resolve"));
  return (
    <div
      role="toolbar"
      aria-label="Selected alerts"
      className="popup sticky bottom-16 z-30 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 px-3 py-2 md:bottom-4"
    >
      <span className="text-[13px] font-medium tabular-nums">{formatPlural(chosen.length, "alert")} selected</span>
      {chosen.length < total && (
        <Button variant="ghost" size="sm" onClick={onAll}>
          Select all {total}
        </Button>
      )}
      {firing.length > 0 && (
        <>
          <Button variant="primary" onClick={() => onAsk("acknowledge", firing)}>
            Acknowledge selected
          </Button>
          <Button onClick={() => onAsk("note", firing)}>With note…</Button>
        </>
      )}
      {acknowledged.length > 0 && (
        <Button onClick={() => onAsk("unacknowledge", acknowledged)}>Unacknowledge selected</Button>
      )}
      {awake.length > 0 && <Button onClick={() => onAsk("snooze", awake)}>Snooze selected…</Button>}
      {open.length > 0 && <Button onClick={() => onAsk("resolve", open)}>Resolve selected…</Button>}
      <Button variant="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

/** Whether an alert's status allows what is asked, and no click on it is under way. */
export function movable(alert: AlertRow, ask: Ask): boolean {
  if (alert.pending) return false;
  switch (ask) {
    case "acknowledge":
    case "note":
      return alert.status === "firing";
    case "unacknowledge":
      return alert.status === "acknowledged";
    case "snooze":
      return alert.status === "firing" || alert.status === "acknowledged";
    case "resolve":
      return alert.status !== "resolved";
    case "comment":
    case "open":
      return true;
  }
}
