"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useHotkey } from "../shell/hotkeys.ts";
import { Button } from "../ui/button.tsx";
import { formatPlural } from "../ui/format.ts";
import { type AckTerms, useAlertCommands } from "./alert-actions.ts";
import { AlertItem } from "./alert-item.tsx";
import {
  type AlertRow,
  type ListAction,
  type ListState,
  NOTHING_CHOSEN,
  reduceList,
  settleList,
} from "./alert-model.ts";
import { NoteDialog } from "./note-dialog.tsx";

/** The list with its keyboard, its selection and the commands. `alerts` come filtered and sorted. */
export function AlertList({ alerts }: { alerts: readonly AlertRow[] }) {
  const ids = alerts.map((alert) => alert.id);
  const { state, dispatch } = useListState(ids);
  const { acknowledge, unacknowledge } = useAlertCommands();
  /** Whom a note is being written for. */
  const [noting, setNoting] = useState<readonly AlertRow[] | null>(null);

  const current = alerts.find((alert) => alert.id === state.cursor);
  const chosen = alerts.filter((alert) => state.selected.has(alert.id));
  const toAcknowledge = chosen.filter((alert) => alert.status === "firing" && !alert.pending);
  const toTakeBack = chosen.filter((alert) => alert.status === "acknowledged" && !alert.pending);

  const acknowledgeAll = useCallback(
    (which: readonly AlertRow[], terms: AckTerms = {}) => {
      for (const alert of which) void acknowledge.run(alert, terms);
      dispatch({ type: "clear" });
    },
    [acknowledge.run, dispatch],
  );
  const takeBackAll = (which: readonly AlertRow[]) => {
    for (const alert of which) void unacknowledge.run(alert);
    dispatch({ type: "clear" });
  };

  // With a selection the keys act on all of it, without one on the alert under the cursor.
  useHotkey("j", () => dispatch({ type: "move", by: 1 }), "Next alert");
  useHotkey("k", () => dispatch({ type: "move", by: -1 }), "Previous alert");
  useHotkey("a", () => acknowledgeAll(chosen.length > 0 ? toAcknowledge : onlyIf(current, "firing")), "Acknowledge");
  useHotkey("u", () => takeBackAll(chosen.length > 0 ? toTakeBack : onlyIf(current, "acknowledged")), "Unacknowledge");
  useHotkey("x", () => current && dispatch({ type: "toggle", id: current.id }), "Select the alert");
  useHotkey("escape", () => dispatch({ type: "clear" }), "Clear the selection");

  const onToggle = useCallback((id: string) => dispatch({ type: "toggle", id }), [dispatch]);
  const onPoint = useCallback((id: string) => dispatch({ type: "point", id }), [dispatch]);
  const onAcknowledge = useCallback((alert: AlertRow) => void acknowledge.run(alert), [acknowledge.run]);
  const onUnacknowledge = useCallback((alert: AlertRow) => void unacknowledge.run(alert), [unacknowledge.run]);
  const onNote = useCallback((alert: AlertRow) => setNoting([alert]), []);

  return (
    <>
      <ul aria-label="Alerts" className="overflow-clip rounded-lg border border-line bg-surface">
        {alerts.map((alert) => (
          <AlertItem
            key={alert.id}
            alert={alert}
            selected={state.selected.has(alert.id)}
            current={alert.id === state.cursor}
            onToggle={onToggle}
            onPoint={onPoint}
            onAcknowledge={onAcknowledge}
            onNote={onNote}
            onUnacknowledge={onUnacknowledge}
          />
        ))}
      </ul>
      {chosen.length > 0 && (
        <div
          role="toolbar"
          aria-label="Selected alerts"
          className="popup sticky bottom-16 z-30 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 px-3 py-2 md:bottom-4"
        >
          <span className="text-[13px] font-medium tabular-nums">{formatPlural(chosen.length, "alert")} selected</span>
          {chosen.length < alerts.length && (
            <Button variant="ghost" size="sm" onClick={() => dispatch({ type: "select_all" })}>
              Select all {alerts.length}
            </Button>
          )}
          {toAcknowledge.length > 0 && (
            <>
              <Button variant="primary" onClick={() => acknowledgeAll(toAcknowledge)}>
                Acknowledge selected
              </Button>
              <Button onClick={() => setNoting(toAcknowledge)}>With note…</Button>
            </>
          )}
          {toTakeBack.length > 0 && <Button onClick={() => takeBackAll(toTakeBack)}>Unacknowledge selected</Button>}
          <Button variant="ghost" onClick={() => dispatch({ type: "clear" })}>
            Clear
          </Button>
        </div>
      )}
      <NoteDialog
        subject={
          noting === null ? null : noting.length === 1 ? (noting[0]?.title ?? "") : formatPlural(noting.length, "alert")
        }
        onClose={() => setNoting(null)}
        onAcknowledge={(terms) => acknowledgeAll(noting ?? [], terms)}
      />
    </>
  );
}

const onlyIf = (alert: AlertRow | undefined, status: AlertRow["status"]): AlertRow[] =>
  alert && alert.status === status && !alert.pending ? [alert] : [];

/** Cursor and selection over the ids now shown. A fragment in the URL (`/alerts#ID`) puts the cursor on that alert at first. */
function useListState(ids: readonly string[]): { state: ListState; dispatch: (action: ListAction) => void } {
  const shown = useRef(ids);
  shown.current = ids;
  const [raw, dispatch] = useReducer(
    (state: ListState, action: ListAction) => reduceList(state, action, shown.current),
    NOTHING_CHOSEN,
  );
  useEffect(() => {
    const wanted = decodeURIComponent(window.location.hash.slice(1));
    if (wanted) dispatch({ type: "point", id: wanted });
  }, []);
  return { state: settleList(raw, ids), dispatch };
}
