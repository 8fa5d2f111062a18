"use client";

import { X } from "lucide-react";
import { isId } from "../../domain/kernel/ids.ts";
import type { EventFilter } from "../live/feed.ts";
import { EntryFilter } from "../ui/filter-bar/entry-filter.tsx";
import { FilterBar } from "../ui/filter-bar/filter-bar.tsx";
import { ToggleGroup } from "../ui/filter-bar/toggle-group.tsx";
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
  const toggle = (type: string) =>
    onChange({
      types: filter.types.includes(type) ? filter.types.filter((one) => one !== type) : [...filter.types, type],
    });
  return (
    <FilterBar
      label="Filter events"
      narrowed={!isOpenFilter(filter)}
      onClear={() => onChange({ types: [], subject: null, runId: null })}
    >
      <ToggleGroup
        label="Types"
        choices={TYPE_GROUPS.map(({ patterns, label }) => ({ label, title: patterns.join(", "), values: patterns }))}
        chosen={filter.types}
        onChange={(types) => onChange({ types })}
        className="max-w-full min-w-0 overflow-x-auto"
      />
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
      <EntryFilter
        label="Type"
        placeholder="Type, job.st*"
        value={null}
        accepts={isPattern}
        onCommit={(text) => text !== null && !filter.types.includes(text) && toggle(text)}
        clears
        className="w-32"
      />
      <EntryFilter
        label="Subject"
        placeholder="Subject, job:build-1"
        value={filter.subject}
        accepts={isSubject}
        onCommit={(subject) => onChange({ subject })}
        className="w-44"
      />
      <EntryFilter
        label="Run"
        placeholder="Run id"
        value={filter.runId}
        accepts={isId}
        onCommit={(runId) => onChange({ runId })}
        className="w-40"
      />
    </FilterBar>
  );
}
