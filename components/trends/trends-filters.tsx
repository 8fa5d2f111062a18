"use client";

import { Select } from "../ui/select.tsx";
import { PickMany } from "./pick-many.tsx";
import type { Choice } from "./trends-model.ts";
import type { TrendWindow } from "./trends-search.ts";

interface Search {
  window: TrendWindow;
  by: "agent" | "all";
  agents: string[];
  taskType: string | null;
  queues: string[];
}

interface TrendsFiltersProps {
  search: Omit<Search, "by">;
  by: Search["by"];
  setSearch: (change: Partial<Search> & { from?: null; to?: null }) => unknown;
  agents: readonly Choice[];
  queues: readonly Choice[];
  taskTypes: readonly string[];
}

const WINDOW_OPTIONS: { value: TrendWindow; label: string }[] = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
];

const BY_OPTIONS = [
  { value: "agent", label: "Line per agent" },
  { value: "all", label: "All together" },
] as const;

/** What the charts are about; each change goes into the URL at once. */
export function TrendsFilters({ search, by, setSearch, agents, queues, taskTypes }: TrendsFiltersProps) {
  const types = [...new Set([...taskTypes, ...(search.taskType ? [search.taskType] : [])])];
  return (
    <search aria-label="What the charts show" className="flex flex-wrap items-center gap-2">
      <Select
        label="Window"
        value={search.window}
        options={WINDOW_OPTIONS}
        onValueChange={(window) => setSearch({ window, from: null, to: null })}
      />
      <Select label="Lines" value={by} options={BY_OPTIONS} onValueChange={(chosen) => setSearch({ by: chosen })} />
      <PickMany
        label="Agents"
        none="All agents"
        choices={agents}
        chosen={search.agents}
        onChange={(chosen) => setSearch({ agents: chosen })}
      />
      <Select
        label="Type of task"
        value={search.taskType ?? ""}
        options={[{ value: "", label: "Any type of task" }, ...types.map((value) => ({ value, label: value }))]}
        onValueChange={(taskType) => setSearch({ taskType: taskType === "" ? null : taskType })}
      />
      <PickMany
        label="Queues"
        none="All queues"
        choices={queues}
        chosen={search.queues}
        onChange={(chosen) => setSearch({ queues: chosen })}
      />
    </search>
  );
}
