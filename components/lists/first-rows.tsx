"use client";

import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { formatCount } from "../ui/format.ts";

/** Rows that a list without pages draws at first, and adds with each click. */
const STEP = 100;

interface FirstRows<T> {
  /** The drawn rows. */
  first: readonly T[];
  /** How many rows are not drawn. */
  rest: number;
  more: () => void;
}

/** The first rows of a list that may be long; at least up to the row at `upTo`, the current one. */
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
  /** A text about rows that the page does not have, if any. */
  beyond?: string | false;
}

/**
 * Below a list: how many rows are not drawn yet, and which are not on the page. Renders nothing
 * when all are.
 */
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
