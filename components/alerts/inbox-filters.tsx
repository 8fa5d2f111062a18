"use client";

import { useMemo } from "react";
import { SEVERITIES } from "../../domain/kernel/statuses.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { FilterBar } from "../ui/filter-bar/filter-bar.tsx";
import { TextFilter } from "../ui/filter-bar/text-filter.tsx";
import { Select } from "../ui/select.tsx";
import { statusLook, toneColor } from "../ui/status.ts";
import { type InboxFilter, isNarrowed } from "./inbox-filter.ts";
import { useRules } from "./rules/use-rules.ts";

interface InboxFiltersProps {
  filter: InboxFilter;
  onChange: (change: Partial<Omit<InboxFilter, "view">>) => void;
}

/** What the list is narrowed to; each change goes into the URL at once. */
export function InboxFilters({ filter, onChange }: InboxFiltersProps) {
  const rules = useRules().data?.items;
  const options = useMemo(() => {
    const known = (rules ?? []).map(({ ruleId, name }) => ({ value: ruleId, label: name ?? ruleId }));
    // Alerts outlive the rules that raised them.
    const gone = filter.rule && !known.some(({ value }) => value === filter.rule) ? [filter.rule] : [];
    return [{ value: "", label: "Any rule" }, ...known, ...gone.map((value) => ({ value, label: value }))];
  }, [rules, filter.rule]);
  return (
    <FilterBar
      label="Filter alerts"
      narrowed={isNarrowed(filter)}
      onClear={() => onChange({ severity: [], rule: null, q: null })}
      clearLabel="Clear filters"
      clearClass="pointer-coarse:min-h-11"
      className="mb-3"
    >
      <TextFilter
        magnifier
        label="Find alerts"
        placeholder="Title, agent, run, queue …"
        value={filter.q}
        onChange={(q) => onChange({ q })}
        className="w-56 max-sm:w-full"
      />
      <fieldset aria-label="Severity" className="flex gap-1">
        {SEVERITIES.map((severity) => {
          const { label, tone, icon: Icon } = statusLook("severity", severity);
          const on = filter.severity.includes(severity);
          return (
            <Button
              key={severity}
              aria-pressed={on}
              className={cn("gap-1! px-2! pointer-coarse:min-h-11", on && "border-accent! bg-accent-soft!")}
              onClick={() =>
                onChange({
                  severity: on ? filter.severity.filter((one) => one !== severity) : [...filter.severity, severity],
                })
              }
            >
              <Icon aria-hidden className="size-3.5" style={{ color: toneColor(tone) }} /> {label}
            </Button>
          );
        })}
      </fieldset>
      <Select
        label="Rule"
        value={filter.rule ?? ""}
        options={options}
        onValueChange={(rule) => onChange({ rule: rule || null })}
        className="max-w-56 pointer-coarse:min-h-11"
      />
    </FilterBar>
  );
}
