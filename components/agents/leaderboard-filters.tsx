"use client";

import { useId } from "react";
import { LEADERBOARD_WINDOWS, type LeaderboardWindow } from "../../domain/agents/answers.ts";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { Switch } from "../ui/switch.tsx";
import type { LeaderboardChoice } from "./leaderboard-model.ts";

const LABELS: { readonly [window in LeaderboardWindow]: string } = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  all: "All time",
};
const WINDOW_OPTIONS = (Object.keys(LEADERBOARD_WINDOWS) as LeaderboardWindow[]).map((value) => ({
  value,
  label: LABELS[value],
}));

/** The threshold when it is switched on. */
const THRESHOLD = 0.8;

interface LeaderboardFiltersProps {
  choice: LeaderboardChoice;
  taskTypes: readonly string[];
  onChange: (change: Partial<LeaderboardChoice>) => void;
}

/**
 * The filters of the leaderboard: window, type of task, and a threshold that shows under-performers
 * only.
 */
export function LeaderboardFilters({ choice, taskTypes, onChange }: LeaderboardFiltersProps) {
  const { window, taskType, below, min } = choice;
  const types = [...new Set([...taskTypes, ...(taskType ? [taskType] : [])])];
  const [rateId, minId] = [useId(), useId()];
  return (
    <search aria-label="Leaderboard filters" className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2">
      <Select
        label="Window"
        value={window}
        options={WINDOW_OPTIONS}
        onValueChange={(next) => onChange({ window: next })}
      />
      <Select
        label="Type of task"
        value={taskType ?? ""}
        options={[{ value: "", label: "Any type of task" }, ...types.map((value) => ({ value, label: value }))]}
        onValueChange={(next) => onChange({ taskType: next === "" ? null : next })}
      />
      <div className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-body">
        <Switch
          label="Only below a threshold"
          checked={below !== null}
          onCheckedChange={(on) => onChange({ below: on ? THRESHOLD : null })}
        />
        {below === null ? (
          <span className="text-muted">Only below a threshold</span>
        ) : (
          <>
            <label htmlFor={rateId}>below</label>
            <Input
              id={rateId}
              type="number"
              min={0}
              max={100}
              step={1}
              value={Math.round(below * 1000) / 10}
              onChange={({ target }) => within(target.valueAsNumber, 0, 100, (rate) => onChange({ below: rate / 100 }))}
              className="w-16"
            />
            <label htmlFor={minId}>% of at least</label>
            <Input
              id={minId}
              type="number"
              min={0}
              step={1}
              value={min}
              onChange={({ target }) => within(target.valueAsNumber, 0, 1_000_000, (least) => onChange({ min: least }))}
              className="w-20"
            />
            <span>outcomes</span>
          </>
        )}
      </div>
    </search>
  );
}

/** Reports a typed number, if it is one and in range. */
function within(value: number, least: number, most: number, report: (value: number) => void): void {
  if (Number.isFinite(value) && value >= least && value <= most) report(value);
}
