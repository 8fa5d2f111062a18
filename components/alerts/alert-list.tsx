"use client";

import { parseAsString, useQueryState } from "nuqs";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { useHotkey } from "../shell/hotkeys.ts";
import { useAlertCommands } from "./alert-actions.ts";
import { AlertDialogs, type Asking } from "./alert-dialogs.tsx";
import { AlertItem, type Ask } from "./alert-item.tsx";
import {
  type AlertRow,
  type ListAction,
  type ListState,
  NOTHING_CHOSEN,
  placeAlerts,
  reduceList,
  settleList,
} from "./alert-model.ts";
import { BulkBar, movable } from "./bulk-bar.tsx";

/** The list with its keyboard, its selection and the commands. `alerts` come filtered and sorted. */
export function AlertList({ alerts }: { alerts: readonly AlertRow[] }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(NONE);
  const placed = useMemo(() => placeAlerts(alerts, folded), [alerts, folded]);
  const ids = useMemo(() => placed.map(({ alert }) => alert.id), [placed]);
  const { state, dispatch } = useListState(ids);
  const commands = useAlertCommands();
  /** What is being asked before something is done, and to whom. */
  const [asking, setAsking] = useState<Asking | null>(null);
  useLinked(alerts, (alert) => setAsking({ what: "open", alerts: [alert] }));

  const current = placed.find(({ alert }) => alert.id === state.cursor)?.alert;
  const chosen = state.selected.size === 0 ? [] : alerts.filter((alert) => state.selected.has(alert.id));

  const ask = useCallback(
    (what: Ask, whom: readonly AlertRow[]) => {
      const able = whom.filter((alert) => movable(alert, what));
      if (able.length === 0) return;
      if (what === "acknowledge") commands.acknowledge(able);
      else if (what === "unacknowledge") commands.unacknowledge(able);
      else return setAsking({ what, alerts: able });
      dispatch({ type: "clear" });
    },
    [commands, dispatch],
  );
  // With a selection the keys act on all of it, without one on the alert under the cursor.
  const askHere = (what: Ask) => ask(what, chosen.length > 0 ? chosen : current ? [current] : []);
  const askOne = (what: Ask) => current && ask(what, [current]);
  useHotkey("j", () => dispatch({ type: "move", by: 1 }), "Next alert");
  useHotkey("k", () => dispatch({ type: "move", by: -1 }), "Previous alert");
  useHotkey("arrowdown", () => dispatch({ type: "move", by: 1 }));
  useHotkey("arrowup", () => dispatch({ type: "move", by: -1 }));
  useHotkey("a", () => askHere("acknowledge"), "Acknowledge");
  useHotkey("shift+a", () => askHere("note"), "Acknowledge with note");
  useHotkey("u", () => askHere("unacknowledge"), "Unacknowledge");
  useHotkey("s", () => askHere("snooze"), "Snooze");
  useHotkey("r", () => askHere("resolve"), "Resolve");
  useHotkey("c", () => askOne("comment"), "Comment");
  useHotkey("enter", () => askOne("open"), "Open the details");
  useHotkey("x", () => current && dispatch({ type: "toggle", id: current.id }), "Select the alert");
  useHotkey("*", () => dispatch({ type: "select_all" }), "Select all");
  useHotkey("escape", () => dispatch({ type: "clear" }), "Clear the selection");

  const onToggle = useCallback((id: string) => dispatch({ type: "toggle", id }), [dispatch]);
  const onPoint = useCallback((id: string) => dispatch({ type: "point", id }), [dispatch]);
  const onAsk = useCallback((what: Ask, alert: AlertRow) => ask(what, [alert]), [ask]);
  const onFold = useCallback(
    (id: string) =>
      setFolded((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );

  return (
    <>
      <ul aria-label="Alerts" className="overflow-clip rounded-lg border border-line bg-surface">
        {placed.map(({ alert, caused, effects }) => (
          <AlertItem
            key={alert.id}
            alert={alert}
            caused={caused}
            effects={effects}
            selected={state.selected.has(alert.id)}
            current={alert.id === state.cursor}
            folded={folded.has(alert.id)}
            onToggle={onToggle}
            onPoint={onPoint}
            onFold={onFold}
            onAsk={onAsk}
          />
        ))}
      </ul>
      {chosen.length > 0 && (
        <BulkBar
          chosen={chosen}
          total={ids.length}
          onAll={() => dispatch({ type: "select_all" })}
          onClear={() => dispatch({ type: "clear" })}
          onAsk={ask}
        />
      )}
      <AlertDialogs
        asking={asking}
        commands={commands}
        onClose={() => setAsking(null)}
        onDone={() => dispatch({ type: "clear" })}
      />
    </>
  );
}

const NONE: ReadonlySet<string> = new Set();

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
  return { state: useMemo(() => settleList(raw, ids), [raw, ids]), dispatch };
}

/** Opens the alert that a link names (`?alert=`), as notifications do, once it is there. */
function useLinked(alerts: readonly AlertRow[], open: (alert: AlertRow) => void): void {
  const [linked, setLinked] = useQueryState("alert", parseAsString);
  const alert = linked === null ? undefined : alerts.find(({ id }) => id === linked);
  useEffect(() => {
    if (!alert) return;
    open(alert);
    void setLinked(null);
  });
}
