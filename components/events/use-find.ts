"use client";

import { useDeferredValue, useMemo, useState } from "react";
import type { FeedRow } from "../live/feed.ts";
import { contains } from "./event-line.ts";

export interface Find {
  text: string;
  setText: (text: string) => void;
  /** The searched text; may lag behind the typed one. */
  term: string;
  count: number;
  /** Number of the current match, from 1; 0: none. */
  at: number;
  /** Position of the current match. */
  current: number | null;
  step: (by: 1 | -1) => void;
  /** Leaves the current match; the text stays. */
  leave: () => void;
}

/**
 * Finds text in rows (newest first) and steps from match to match. New events do not move the
 * current match.
 */
export function useFind(rows: readonly FeedRow[], onFound: (seq: number) => void): Find {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const term = useDeferredValue(text.trim());
  const later = useDeferredValue(rows);
  const matches = useMemo(() => matchesOf(later, term), [later, term]);
  const index = chosen === null ? -1 : matches.indexOf(chosen);
  const step = (by: 1 | -1) => {
    // Enter may come before the typed text was searched.
    const found = text.trim() === term ? matches : matchesOf(rows, text.trim());
    const from = chosen === null ? -1 : found.indexOf(chosen);
    const next = found[from === -1 ? (by === 1 ? 0 : found.length - 1) : (from + by + found.length) % found.length];
    if (next === undefined) return;
    setChosen(next);
    onFound(next);
  };
  return {
    text,
    setText: (next) => {
      setText(next);
      setChosen(null);
    },
    term,
    count: matches.length,
    at: index + 1,
    current: index === -1 ? null : (matches[index] ?? null),
    step,
    leave: () => setChosen(null),
  };
}

/** Positions of the events that contain the term; none for an empty term. */
function matchesOf(rows: readonly FeedRow[], term: string): number[] {
  if (term === "") return [];
  return rows.flatMap((row) => (row.kind === "event" && contains(row.event, term) ? [row.seq] : []));
}
