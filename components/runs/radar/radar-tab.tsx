"use client";

import { Radar } from "lucide-react";
import { EmptyState } from "../../ui/empty-state.tsx";
import type { TimelineModel } from "../timeline/engine/model.ts";
import { Files } from "./files-list.tsx";
import { RadarGrid } from "./radar-grid.tsx";
import { RadarLegend } from "./radar-legend.tsx";

interface RadarTabProps {
  model: TimelineModel;
  selected: string | null;
  onOpen: (jobId: string) => void;
}

/** The run at a glance: workstreams × jobs, and the files they touched. */
export function RadarTab({ model, selected, onOpen }: RadarTabProps) {
  if (model.rows.size === 0) {
    return (
      <EmptyState icon={<Radar />} title="This run has no jobs yet">
        Each job becomes a cell here: its workstream is the row, its step the column.
      </EmptyState>
    );
  }
  return (
    <div className="space-y-3">
      <RadarGrid
        label="Radar"
        model={model}
        selected={selected}
        onOpen={onOpen}
        className="max-h-[max(20rem,calc(100dvh-26rem))]"
      />
      <RadarLegend />
      <Files model={model} onOpen={onOpen} />
    </div>
  );
}
