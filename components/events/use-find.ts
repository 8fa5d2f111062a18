"use client";

import { useDeferredValue, useMemo, useState } from "react";
import { contains, type FeedRow } from "../live/feed.ts";

export interface Find {
  text: string;
  setText: (text: string) => void;
  /** What is looked for now; it may be a moment behind what is typed. */
  term: string;
  count: number;
  /** Place of the match it stands on, from 1; 0 for none. */
  at: number;
  /** Position of the match it stands on. */
  current: number | null;
  step: (by: 1 | -1) => void;
}

/** Finds text in rows (newest first) and steps from match to match. What arrives meanwhile does not move the step. */
export function useFind(rows: readonly FeedRow[], onFound: (seq: number) => void): Find {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const term = useDeferredValue(text.trim());
  const later = useDeferredValue(rows);
  const matches = useMemo(
    () =>
      term === "" ? [] : later.flatMap((row) => (row.kind === "event" && contains(row.event, term) ? [row.seq] : [])),
    [later, term],
  );
  const index = chosen === null ? -1 : matches.indexOf(chosen);
  const step = (by: 1 | -1) => {
    if (matches.length === 0) return;
    const next =
      matches[index === -1 ? (by === 1 ? 0 : matches.length - 1) : (index + by + matches.length) % matches.length];
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
  };
}
