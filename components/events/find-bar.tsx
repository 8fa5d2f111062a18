"use client";

import { ChevronDown, ChevronUp, Search } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { IconButton } from "../ui/button.tsx";
import { formatCount } from "../ui/format.ts";
import { Input } from "../ui/input.tsx";

interface FindBarProps {
  text: string;
  onText: (text: string) => void;
  /** Number of the current match, from 1; 0: none. */
  at: number;
  count: number;
  /** Whether the log has events that were not searched. */
  partial: boolean;
  onStep: (by: 1 | -1) => void;
  ref: Ref<HTMLInputElement>;
}

/** Searches text in the loaded events. */
export function FindBar({ text, onText, at, count, partial, onStep, ref }: FindBarProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") {
      event.preventDefault();
      onStep(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      if (text !== "") onText("");
      else event.currentTarget.blur();
    }
  };
  return (
    <div className="flex items-center gap-1">
      <div className="relative">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-3.5 text-faint" />
        <Input
          ref={ref}
          type="search"
          aria-label="Find in log"
          placeholder="Find in log"
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
          className="w-44 pl-8"
        />
      </div>
      {text !== "" && (
        <>
          <span
            role="status"
            className="min-w-14 text-center text-small text-muted tabular-nums"
            title={partial ? "In the events loaded so far" : undefined}
          >
            {wordsOf(at, count, partial)}
          </span>
          <IconButton label="Newer match" size="sm" onClick={() => onStep(-1)} disabled={count === 0}>
            <ChevronUp aria-hidden className="size-4" />
          </IconButton>
          <IconButton label="Older match" size="sm" onClick={() => onStep(1)} disabled={count === 0}>
            <ChevronDown aria-hidden className="size-4" />
          </IconButton>
        </>
      )}
    </div>
  );
}

function wordsOf(at: number, count: number, partial: boolean): string {
  if (count === 0) return "none";
  const all = `${formatCount(count)}${partial ? "+" : ""}`;
  return at === 0 ? `${all} found` : `${formatCount(at)} of ${all}`;
}
