"use client";

import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Popover } from "../ui/popover.tsx";
import { type Choice, MOST_LINES } from "./trends-model.ts";

interface PickManyProps {
  /** What is chosen among: `Agents`. */
  label: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** What is shown while none is chosen. */
  none: string;
}

/** Some of many, at most as many as a chart has lines. */
export function PickMany({ label, choices, chosen, onChange, none }: PickManyProps) {
  const [find, setFind] = useState("");
  const wanted = find.trim().toLowerCase();
  const listed = choices.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted)).slice(0, 200);
  const full = chosen.length >= MOST_LINES;
  const [first] = chosen;
  const text = chosen.length === 0 ? none : chosen.length === 1 ? first : `${chosen.length} chosen`;
  return (
    <Popover
      label={label}
      className="w-64 p-2!"
      trigger={
        <Button aria-label={`${label}: ${text}`} className="max-w-56 justify-between">
          <span className="truncate">{text}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-faint" />
        </Button>
      }
    >
      <Input
        type="search"
        aria-label={`Find ${label.toLowerCase()}`}
        placeholder="Find…"
        value={find}
        onChange={(event) => setFind(event.target.value)}
        className="mb-1.5 w-full"
      />
      <fieldset className="max-h-72 overflow-y-auto">
        <legend className="sr-only">{label}</legend>
        {listed.map(({ id, name }) => {
          const on = chosen.includes(id);
          return (
            <label key={id} className="menu-item hover:bg-inset">
              <input
                type="checkbox"
                checked={on}
                disabled={!on && full}
                onChange={() => onChange(on ? chosen.filter((one) => one !== id) : [...chosen, id])}
                className="size-3.5 accent-(--accent)"
              />
              <span className="min-w-0 truncate">{name}</span>
            </label>
          );
        })}
        {listed.length === 0 && <p className="px-2 py-1.5 text-muted">None of that name</p>}
      </fieldset>
      <div className="mt-1.5 flex items-center justify-between text-small text-muted">
        <span>{MOST_LINES} at most</span>
        <Button size="sm" variant="ghost" disabled={chosen.length === 0} onClick={() => onChange([])}>
          {none}
        </Button>
      </div>
    </Popover>
  );
}
