"use client";

import { cn } from "../ui/cn.ts";
import { LineSwatch } from "./line-swatch.tsx";
import { lineLook, type SeriesLine } from "./series-model.ts";

interface ChartLegendProps {
  lines: readonly SeriesLine[];
  hidden: ReadonlySet<string>;
  onToggle: (name: string) => void;
}

/** The lines by name; a press hides or shows one. */
export function ChartLegend({ lines, hidden, onToggle }: ChartLegendProps) {
  return (
    <ul aria-label="Lines" className="mb-1.5 flex flex-wrap gap-x-1 gap-y-0.5">
      {lines.map((line, place) => {
        const off = hidden.has(line.name);
        return (
          <li key={line.name} className="min-w-0">
            <button
              type="button"
              aria-pressed={!off}
              title={off ? `Show ${line.name}` : `Hide ${line.name}`}
              onClick={() => onToggle(line.name)}
              className="flex h-6 max-w-56 items-center gap-1.5 rounded px-1.5 text-small hover:bg-hover pointer-coarse:h-9"
            >
              <LineSwatch {...lineLook(line, place)} faint={off} />
              <span className={cn("truncate", off ? "text-muted line-through" : "text-ink")}>{line.name}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
