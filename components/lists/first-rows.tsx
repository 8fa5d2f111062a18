"use client";

import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { formatCount } from "../ui/format.ts";

/** Rows that a list without pages draws at first, and by how many it grows. */
const STEP = 100;

interface FirstRows<T> {
  /** Those that are drawn. */
  first: readonly T[];
  /** How many are not. */
  rest: number;
  more: () => void;
}

/** The first rows of a list that may be long; always up to the row at `upTo`, as it is looked at. */
export function useFirstRows<T>(rows: readonly T[], upTo = -1): FirstRows<T> {
  const [most, setMost] = useState(STEP);
  const count = Math.max(most, upTo + 1);
  return {
    first: rows.length > count ? rows.slice(0, count) : rows,
    rest: Math.max(0, rows.length - count),
    more: () => setMost(count + STEP),
  };
}

interface MoreRowsProps {
  rest: number;
  more: () => void;
  /** What there is beyond the rows that the page has, where there is more. */
  beyond?: string | false;
}

/** Below a list: how many rows are not drawn yet, and what is not on the page at all. Nothing when it has all. */
export function MoreRows({ rest, more, beyond }: MoreRowsProps) {
  if (rest === 0 && !beyond) return null;
  return (
    <p role="note" className="flex flex-wrap items-center gap-2 border-t border-line p-2.5 text-small text-muted">
      {rest > 0 && (
        <>
          <Button size="sm" onClick={more}>
            Show {formatCount(Math.min(rest, STEP))} more
          </Button>
          {formatCount(rest)} not shown.
        </>
      )}
      {beyond}
    </p>
  );
}
