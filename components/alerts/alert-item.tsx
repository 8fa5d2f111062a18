"use client";

import { ChevronDown, ChevronRight, CornerDownRight } from "lucide-react";
import { memo } from "react";
import { cn } from "../ui/cn.ts";
import { formatPlural } from "../ui/format.ts";
import { statusLook, toneColor } from "../ui/status.ts";
import { AlertButtons } from "./alert-buttons.tsx";
import type { AlertRow, PlacedAlert } from "./alert-model.ts";
import { AlertWords } from "./alert-words.tsx";

/** What a click on an alert asks for; some open a dialog first. */
export type Ask = "acknowledge" | "note" | "unacknowledge" | "snooze" | "resolve" | "comment" | "open";

/**
 * Handlers of clicks. They stay the same while the list is mounted, so that a frame draws only the
 * rows that it changes.
 */
export interface AlertItemHandlers {
  /** `range`: from the one selected last to this one. */
  onToggle: (id: string, range: boolean) => void;
  onPoint: (id: string) => void;
  onFold: (id: string) => void;
  onAsk: (ask: Ask, alert: AlertRow) => void;
}

interface AlertItemProps extends PlacedAlert, AlertItemHandlers {
  /** Called with the element, to measure its height. */
  measure: (node: HTMLElement | null) => void;
  /** Place in the list, and how long that is; -1 while that is not known. */
  index: number;
  setSize: number;
  selected: boolean;
  /** The keyboard's cursor is on it. */
  current: boolean;
  /** Its effects are hidden. */
  folded: boolean;
}

/** One alert: how bad, what, about whom, since when, and the click that takes it on. */
export const AlertItem = memo(function AlertItem(props: AlertItemProps) {
  const { alert, caused, effects, measure, index, setSize, selected, current, folded } = props;
  const { onToggle, onPoint, onFold, onAsk } = props;
  const firing = alert.status === "firing";

  return (
    <li
      ref={measure}
      data-index={index}
      id={alert.id}
      tabIndex={-1}
      aria-posinset={index + 1}
      aria-setsize={setSize}
      aria-current={current || undefined}
      aria-busy={alert.pending || undefined}
      onFocus={() => onPoint(alert.id)}
      className={cn(
        "relative flex scroll-mt-16 scroll-mb-36 flex-col gap-x-4 gap-y-2 border-b border-line py-2.5 pr-3 pl-4 -outline-offset-2 last:border-b-0 sm:flex-row sm:items-center",
        caused && "pl-9",
        selected ? "bg-accent-soft/50" : current && "bg-hover",
      )}
    >
      <span
        aria-hidden
        className={cn("absolute inset-y-0 left-0 w-[3px]", !firing && "opacity-35")}
        style={{ background: toneColor(statusLook("severity", alert.severity).tone) }}
      />
      {caused && (
        <CornerDownRight aria-hidden className="absolute top-3.5 left-3.5 size-4 text-faint" strokeWidth={1.75} />
      )}
      <div className="flex min-w-0 flex-1 gap-3">
        {alert.status !== "resolved" && (
          <label className="-my-2 -ml-2 flex shrink-0 items-center px-2 pointer-coarse:min-w-11 pointer-coarse:justify-center">
            <input
              type="checkbox"
              checked={selected}
              onChange={({ nativeEvent }) =>
                onToggle(alert.id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
              }
              aria-label={`Select ${alert.title}`}
              className="size-4 accent-(--accent)"
            />
          </label>
        )}
        <div className="min-w-0 flex-1">
          <AlertWords alert={alert} caused={caused} onOpen={() => onAsk("open", alert)} />
          {effects > 0 && (
            <button
              type="button"
              aria-expanded={!folded}
              onClick={() => onFold(alert.id)}
              className="mt-1 flex items-center gap-1 rounded text-small font-medium text-muted hover:text-ink pointer-coarse:min-h-11"
            >
              {folded ? (
                <ChevronRight aria-hidden className="size-3.5" />
              ) : (
                <ChevronDown aria-hidden className="size-3.5" />
              )}
              It has caused {formatPlural(effects, "alert")}
              {folded && ", folded"}
            </button>
          )}
        </div>
      </div>
      <AlertButtons alert={alert} onAsk={onAsk} />
    </li>
  );
});
