"use client";

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { LiveList } from "../live/use-live-list.ts";
import { Button } from "../ui/button.tsx";
import { ONLY_LOOKS, useMayChange } from "../ui/changes.tsx";
import { useHotkey } from "../ui/hotkeys.ts";
import { toast } from "../ui/toast.ts";
import { useAlertCommands } from "./alert-actions.ts";
import { AlertDialogs, type Asking } from "./alert-dialogs.tsx";
import type { Ask } from "./alert-item.tsx";
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
import { useLinkedAlert } from "./linked-alert.tsx";
import { VirtualAlerts } from "./virtual-alerts.tsx";

interface AlertListProps {
  alerts: readonly AlertRow[];
  /** How many match, loaded or not; undefined while that is not known. */
  total: number | undefined;
  inbox: Pick<LiveList<AlertRow>, "hasMore" | "loadingMore" | "more" | "loadAll">;
}

/**
 * The list with its keyboard, its selection and the commands. `alerts` come filtered and sorted.
 */
export function AlertList({ alerts, total, inbox }: AlertListProps) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(NONE);
  const placed = useMemo(() => placeAlerts(alerts, folded), [alerts, folded]);
  const ids = useMemo(() => placed.map(({ alert }) => alert.id), [placed]);
  const { state, dispatch } = useListState(ids);
  const commands = useAlertCommands();
  const mayChange = useMayChange();
  /** What is being asked before something is done, and to whom. */
  const [asking, setAsking] = useState<Asking | null>(null);
  const [, setLinked] = useLinkedAlert();
  const all = useSelectAll(inbox, () => dispatch({ type: "select_all" }));

  const current = state.cursor === null ? undefined : placed[state.at]?.alert;
  const chosen = useMemo(
    () => (state.selected.size === 0 ? [] : alerts.filter((alert) => state.selected.has(alert.id))),
    [alerts, state.selected],
  );

  const ask = useCallback(
    (what: Ask, whom: readonly AlertRow[]) => {
      const able = whom.filter((alert) => movable(alert, what));
      const [first] = able;
      if (!first) return;
      if (what === "open") return void setLinked(first.id);
      if (!mayChange) return void toast.info(ONLY_LOOKS);
      if (what === "acknowledge") commands.acknowledge(able);
      else if (what === "unacknowledge") commands.unacknowledge(able);
      else return setAsking({ what, alerts: able });
      dispatch({ type: "clear" });
    },
    [commands, dispatch, setLinked, mayChange],
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
  useHotkey("u", () => askHere("unacknowledge"), "Unacknowledge, or wake");
  useHotkey("s", () => askHere("snooze"), "Snooze");
  useHotkey("r", () => askHere("resolve"), "Resolve");
  useHotkey("c", () => askOne("comment"), "Comment");
  useHotkey("enter", () => askOne("open"), "Open the details");
  useHotkey("x", () => current && dispatch({ type: "toggle", id: current.id }), "Select the alert");
  useHotkey(
    "shift+x",
    () => current && dispatch({ type: "range", id: current.id }),
    "Select from the last one to here",
  );
  useHotkey("*", all.select, "Select all that match");
  useHotkey("escape", () => dispatch({ type: "clear" }), "Clear the selection");

  const onToggle = useCallback(
    (id: string, range: boolean) => dispatch({ type: range ? "range" : "toggle", id }),
    [dispatch],
  );
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
      <VirtualAlerts
        placed={placed}
        state={state}
        folded={folded}
        hasMore={inbox.hasMore}
        more={inbox.more}
        onToggle={onToggle}
        onPoint={onPoint}
        onFold={onFold}
        onAsk={onAsk}
      />
      {inbox.hasMore && (
        <div className="flex justify-center pt-2">
          <Button size="sm" variant="ghost" busy={inbox.loadingMore} onClick={inbox.more}>
            {inbox.loadingMore ? "Loading…" : "Load more"}
          </Button>
        </div>
      )}
      {chosen.length > 0 && (
        <BulkBar
          chosen={chosen}
          total={inbox.hasMore ? Math.max(total ?? 0, ids.length) : ids.length}
          loadingAll={all.loading}
          onAll={all.select}
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

/** Cursor and selection over the ids now shown. */
function useListState(ids: readonly string[]): { state: ListState; dispatch: (action: ListAction) => void } {
  const shown = useRef(ids);
  shown.current = ids;
  const [raw, dispatch] = useReducer(
    (state: ListState, action: ListAction) => reduceList(state, action, shown.current),
    NOTHING_CHOSEN,
  );
  return { state: useMemo(() => settleList(raw, ids), [raw, ids]), dispatch };
}

/** Selects all that match: loads what is not here yet, first. */
function useSelectAll({ hasMore, loadAll }: AlertListProps["inbox"], select: () => void) {
  const [wanted, setWanted] = useState<"no" | "loading" | "loaded">("no");
  useEffect(() => {
    // Only now are the loaded ones among those that can be selected.
    if (wanted !== "loaded") return;
    setWanted("no");
    select();
  });
  const load = async () => {
    setWanted("loading");
    try {
      await loadAll();
      setWanted("loaded");
    } catch (problem) {
      setWanted("no");
      toast.error("Not all alerts could be loaded", { description: problem instanceof Error ? problem.message : "" });
    }
  };
  return { loading: wanted === "loading", select: () => (hasMore ? void load() : select()) };
}
