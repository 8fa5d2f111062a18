"use client";

import { useState } from "react";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { RelativeTime } from "../../ui/time.tsx";
import { changeText } from "./state-history.ts";

interface HistoryListProps {
  /** The changes of the state, newest first. */
  changes: readonly LogEvent[];
  from: number;
  /** Null: now. */
  to: number | null;
  onFrom: (seq: number) => void;
  onTo: (seq: number | null) => void;
}

const STEP = 200;

/** Every change of the state, with a choice of two to compare. */
export function HistoryList({ changes, from, to, onFrom, onTo }: HistoryListProps) {
  const [shown, setShown] = useState(STEP);
  return (
    <fieldset
      aria-label="Positions to compare"
      className="max-h-56 min-w-0 overflow-y-auto text-body lg:max-h-[max(20rem,calc(100dvh-24rem))]"
    >
      <p aria-hidden className="sticky top-0 flex bg-surface px-3 pt-1 text-micro text-faint">
        <span className="w-9">from</span>
        <span>to</span>
      </p>
      <ul>
        <li className="flex min-h-7 items-center gap-2 px-3 hover:bg-hover">
          <span className="w-7" />
          <Choice name="to" label="Compare to now" checked={to === null} onChoose={() => onTo(null)} />
          <span className="font-medium">Now</span>
        </li>
        {changes.slice(0, shown).map((event) => (
          <li key={event.seq} className="flex min-h-7 items-center gap-2 px-3 hover:bg-hover">
            <Choice
              name="from"
              label={`Compare from position ${event.seq}`}
              checked={from === event.seq}
              disabled={to !== null && event.seq >= to}
              onChoose={() => onFrom(event.seq)}
            />
            <Choice
              name="to"
              label={`Compare to position ${event.seq}`}
              checked={to === event.seq}
              disabled={event.seq <= from}
              onChoose={() => onTo(event.seq)}
            />
            <span className="min-w-0 flex-1 truncate" title={`${event.type} ${changeText(event)} by ${event.actor}`}>
              {event.type} <span className="text-muted">{changeText(event)}</span>
            </span>
            <span className="shrink-0 font-mono text-small text-muted tabular-nums">#{event.seq}</span>
            <RelativeTime at={event.at} className="w-14 shrink-0 text-right text-small text-muted" />
          </li>
        ))}
        {changes.length > shown && (
          <li>
            <button type="button" className="link px-3 py-1" onClick={() => setShown(shown + STEP)}>
              {changes.length - shown} older
            </button>
          </li>
        )}
        <li className="flex min-h-7 items-center gap-2 px-3 hover:bg-hover">
          <Choice name="from" label="Compare from before the run" checked={from === 0} onChoose={() => onFrom(0)} />
          <span className="w-3.5" />
          <span className="text-muted">Before the run</span>
        </li>
      </ul>
    </fieldset>
  );
}

interface ChoiceProps {
  name: "from" | "to";
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
}

function Choice({ name, label, checked, disabled = false, onChoose }: ChoiceProps) {
  return (
    <span className="flex w-7 shrink-0">
      <input
        type="radio"
        name={`compare-${name}`}
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        className="size-3.5 accent-accent disabled:opacity-30"
      />
    </span>
  );
}
