"use client";

import { FilterBar } from "../ui/filter-bar/filter-bar.tsx";
import { TextFilter } from "../ui/filter-bar/text-filter.tsx";
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

const FIELD = "w-40 max-sm:w-auto max-sm:min-w-28 max-sm:flex-1";

/** The filters of a list; each change is written to the URL. */
export function PeopleFiltersBar({ filters, statuses, who, type, onChange }: PeopleFiltersBarProps) {
  const open = filters.status === "" && filters.who === "" && filters.type === "";
  return (
    <FilterBar narrowed={!open} onClear={() => onChange({ status: "", who: "", type: "" })} className="mb-3">
      <Select
        label="Status"
        value={filters.status}
        options={[{ value: "", label: "Any status" }, ...statuses]}
        onValueChange={(status) => onChange({ status })}
      />
      <TextFilter
        label={who}
        placeholder={who}
        value={filters.who}
        onChange={(value) => onChange({ who: value ?? "" })}
        className={FIELD}
      />
      {type !== undefined && (
        <TextFilter
          label={type}
          placeholder={type}
          value={filters.type}
          onChange={(value) => onChange({ type: value ?? "" })}
          className={FIELD}
        />
      )}
    </FilterBar>
  );
}
