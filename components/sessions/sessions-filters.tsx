"use client";

import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Select, type SelectOption } from "../ui/select.tsx";
import type { PeopleFilters } from "./sessions-model.ts";

interface PeopleFiltersBarProps {
  filters: PeopleFilters;
  statuses: readonly SelectOption[];
  who: string;
  /** Name of the filter by type; absent: no such filter. */
  type?: string;
  onChange: (change: Partial<PeopleFilters>) => void;
}

/** The filters of a list; each change is written to the URL. */
export function PeopleFiltersBar({ filters, statuses, who, type, onChange }: PeopleFiltersBarProps) {
  const open = filters.status === "" && filters.who === "" && filters.type === "";
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <Select
        label="Status"
        value={filters.status}
        options={[{ value: "", label: "Any status" }, ...statuses]}
        onValueChange={(status) => onChange({ status })}
      />
      <TypedFilter label={who} value={filters.who} onChange={(value) => onChange({ who: value })} />
      {type !== undefined && (
        <TypedFilter label={type} value={filters.type} onChange={(value) => onChange({ type: value })} />
      )}
      {!open && (
        <Button variant="ghost" onClick={() => onChange({ status: "", who: "", type: "" })}>
          <X aria-hidden className="size-3.5" /> Clear
        </Button>
      )}
    </search>
  );
}

/** How long the reader may pause while typing, ms. */
const PAUSE_MS = 250;

function TypedFilter({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const reported = useRef(value);
  const report = useRef(onChange);
  report.current = onChange;
  useEffect(() => {
    if (value === reported.current) return;
    reported.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text.trim() === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = text.trim();
      report.current(reported.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Input
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
      className="w-40 max-sm:w-auto max-sm:min-w-28 max-sm:flex-1"
    />
  );
}
