"use client";

import { X } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { isId } from "../../domain/kernel/ids.ts";
import type { EventFilter } from "../live/feed.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Input } from "../ui/input.tsx";
import { TYPE_GROUPS } from "./event-look.ts";
import { isOpenFilter, isPattern, isSubject } from "./event-search.ts";

interface EventFiltersProps {
  filter: EventFilter;
  onChange: (change: Partial<EventFilter>) => void;
}

/** The filters of the log; each change is written to the URL. */
export function EventFilters({ filter, onChange }: EventFiltersProps) {
  const groups = TYPE_GROUPS.flatMap(({ patterns }) => patterns);
  const own = filter.types.filter((type) => !groups.includes(type));
  const isOn = (patterns: readonly string[]) => patterns.every((pattern) => filter.types.includes(pattern));
  const toggle = (...patterns: readonly string[]) => {
    const others = filter.types.filter((type) => !patterns.includes(type));
    onChange({ types: isOn(patterns) ? others : [...others, ...patterns] });
  };
  return (
    <search aria-label="Filter events" className="flex flex-wrap items-center gap-2">
      <fieldset
        aria-label="Types"
        className="flex max-w-full min-w-0 overflow-x-auto rounded-md border border-line-strong bg-surface"
      >
        {TYPE_GROUPS.map(({ patterns, label }) => {
          const on = isOn(patterns);
          return (
            <button
              key={label}
              type="button"
              aria-pressed={on}
              title={patterns.join(", ")}
              onClick={() => toggle(...patterns)}
              className={cn(
                "h-[30px] border-r border-line px-2.5 text-small font-medium whitespace-nowrap last:border-r-0 focus-visible:-outline-offset-2",
                on ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {label}
            </button>
          );
        })}
      </fieldset>
      {own.map((type) => (
        <button
          key={type}
          type="button"
          aria-label={`Remove type ${type}`}
          onClick={() => toggle(type)}
          className="inline-flex h-8 items-center gap-1 rounded-md bg-accent-soft px-2 font-mono text-small text-accent"
        >
          {type} <X aria-hidden className="size-3" />
        </button>
      ))}
      <TextFilter
        label="Type"
        placeholder="Type, job.st*"
        value={null}
        accepts={isPattern}
        onCommit={(text) => text !== null && !filter.types.includes(text) && toggle(text)}
        clears
        className="w-32"
      />
      <TextFilter
        label="Subject"
        placeholder="Subject, job:build-1"
        value={filter.subject}
        accepts={isSubject}
        onCommit={(subject) => onChange({ subject })}
        className="w-44"
      />
      <TextFilter
        label="Run"
        placeholder="Run id"
        value={filter.runId}
        accepts={isId}
        onCommit={(runId) => onChange({ runId })}
        className="w-40"
      />
      {!isOpenFilter(filter) && (
        <Button variant="ghost" onClick={() => onChange({ types: [], subject: null, runId: null })}>
          <X aria-hidden className="size-3.5" /> Clear
        </Button>
      )}
    </search>
  );
}

interface TextFilterProps {
  label: string;
  placeholder: string;
  value: string | null;
  accepts: (text: string) => boolean;
  /** Gets null when the field was cleared. */
  onCommit: (value: string | null) => void;
  /** Whether the field is cleared after it is applied. */
  clears?: boolean;
  className: string;
}

/** A field that is applied on Enter or blur; an invalid value is marked and not applied. */
function TextFilter({ label, placeholder, value, accepts, onCommit, clears = false, className }: TextFilterProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const trimmed = text.trim();
  const wrong = trimmed !== "" && !accepts(trimmed);
  const commit = () => {
    if (wrong || trimmed === (value ?? "")) return;
    onCommit(trimmed === "" ? null : trimmed);
    if (clears) setText("");
  };
  return (
    <form
      className="max-sm:min-w-24 max-sm:flex-1"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        commit();
      }}
    >
      <Input
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        aria-invalid={wrong}
        spellCheck={false}
        autoComplete="off"
        className={cn(className, "max-sm:w-full", wrong && "border-danger")}
      />
    </form>
  );
}
