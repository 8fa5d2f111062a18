"use client";

import { FilterBar } from "../ui/filter-bar/filter-bar.tsx";
import { TextFilter } from "../ui/filter-bar/text-filter.tsx";
import { TimeFilter } from "../ui/filter-bar/time-filter.tsx";
import { Select } from "../ui/select.tsx";
import { type DecisionFilters, decisionQuery, OUTCOMES } from "./decision-filters.ts";
import { outcomeLabel } from "./outcome-badge.tsx";

interface DecisionFiltersBarProps {
  filters: DecisionFilters;
  taskTypes: readonly string[];
  onChange: (change: Partial<DecisionFilters>) => void;
  onClear: () => void;
}

const ANY = { value: "", label: "Any outcome" } as const;
const OUTCOME_OPTIONS = [ANY, ...OUTCOMES.map((value) => ({ value, label: outcomeLabel(value) }))];

/** The filters of the list of decisions; each change is written to the URL at once. */
export function DecisionFiltersBar({ filters, taskTypes, onChange, onClear }: DecisionFiltersBarProps) {
  const types = [...new Set([...taskTypes, ...(filters.taskType ? [filters.taskType] : [])])];
  return (
    <FilterBar label="Filter decisions" narrowed={decisionQuery(filters) !== ""} onClear={onClear}>
      <TextFilter
        magnifier
        label="Task"
        placeholder="Task id"
        value={filters.task}
        onChange={(task) => onChange({ task })}
        className="w-48 max-sm:w-full"
      />
      <Select
        label="Type of task"
        value={filters.taskType ?? ""}
        options={[{ value: "", label: "Any type of task" }, ...types.map((value) => ({ value, label: value }))]}
        onValueChange={(value) => onChange({ taskType: value === "" ? null : value })}
      />
      <Select
        label="Outcome"
        value={filters.outcome ?? ""}
        options={OUTCOME_OPTIONS}
        onValueChange={(value) => onChange({ outcome: value === "" ? null : value })}
      />
      <TextFilter
        label="Agent"
        placeholder="Chosen agent"
        value={filters.agent}
        onChange={(agent) => onChange({ agent })}
        className="w-36"
      />
      <TextFilter
        label="Run"
        placeholder="Run id"
        value={filters.run}
        onChange={(run) => onChange({ run })}
        className="w-32"
      />
      <TimeFilter what="Routed" from={filters.from} to={filters.to} onChange={onChange} />
    </FilterBar>
  );
}
