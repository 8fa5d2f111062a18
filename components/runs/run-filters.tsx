"use client";

import { ListFilter } from "lucide-react";
import { RUN_STATUSES, type RunStatus } from "../../domain/kernel/statuses.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { FilterBar } from "../ui/filter-bar/filter-bar.tsx";
import { TextFilter } from "../ui/filter-bar/text-filter.tsx";
import { TimeFilter } from "../ui/filter-bar/time-filter.tsx";
import { Menu, MenuCheckItem, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import { statusLook } from "../ui/status.ts";
import { isUnfiltered, type RunFilters } from "./filters.ts";

interface RunFiltersProps {
  filters: RunFilters;
  onChange: (change: Partial<RunFilters>) => void;
  onClear: () => void;
}

/** The filters of the list of runs; each change is written to the URL at once. */
export function RunFiltersBar({ filters, onChange, onClear }: RunFiltersProps) {
  return (
    <FilterBar label="Filter runs" narrowed={!isUnfiltered(filters)} onClear={onClear}>
      <TextFilter
        magnifier
        label="Find runs"
        placeholder="Id, workflow or tag begins with…"
        value={filters.q}
        onChange={(q) => onChange({ q })}
        className="w-64 max-sm:w-full"
      />
      <StatusFilter chosen={filters.status} onChange={(status) => onChange({ status })} />
      <TextFilter
        label="Workflow"
        placeholder="Workflow"
        value={filters.workflow}
        onChange={(workflow) => onChange({ workflow })}
        className="w-36"
      />
      <TextFilter
        label="Tag"
        placeholder="Tag"
        value={filters.tag}
        onChange={(tag) => onChange({ tag })}
        className="w-28"
      />
      <TimeFilter from={filters.from} to={filters.to} onChange={onChange} />
    </FilterBar>
  );
}

function StatusFilter({ chosen, onChange }: { chosen: RunStatus[]; onChange: (status: RunStatus[]) => void }) {
  const [only] = chosen;
  const text =
    chosen.length === 0
      ? "Status"
      : chosen.length === 1 && only
        ? statusLook("run", only).label
        : `${chosen.length} statuses`;
  return (
    <Menu
      trigger={
        <Button
          aria-label={`Status: ${chosen.length === 0 ? "any" : chosen.map((one) => statusLook("run", one).label).join(", ")}`}
        >
          <ListFilter aria-hidden className="size-3.5" /> {text}
        </Button>
      }
    >
      {RUN_STATUSES.map((status) => (
        <MenuCheckItem
          key={status}
          checked={chosen.includes(status)}
          onCheckedChange={(checked) =>
            onChange(checked ? [...chosen, status] : chosen.filter((one) => one !== status))
          }
        >
          <StatusIcon kind="run" status={status} /> {statusLook("run", status).label}
        </MenuCheckItem>
      ))}
      <MenuSeparator />
      <MenuItem disabled={chosen.length === 0} onSelect={() => onChange([])}>
        Any status
      </MenuItem>
    </Menu>
  );
}
