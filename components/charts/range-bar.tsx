"use client";

import { Slider } from "@base-ui/react/slider";
import { useEffect, useState } from "react";
import { formatDuration } from "../ui/format.ts";
import { useHydrated } from "../ui/use-hydrated.ts";
import type { ChartRange } from "./series-model.ts";
import { momentLabel, stepLabel } from "./ticks.ts";
import { NARROWEST_MS, settled } from "./zoom.ts";

interface RangeBarProps {
  /** The whole. */
  outer: ChartRange;
  /** What is shown of it; null: all. */
  value: ChartRange | null;
  onChange: (range: ChartRange | null) => void;
}

const THUMB =
  "h-4 w-2 rounded-sm border border-accent bg-raised shadow-sm outline-none before:absolute before:-inset-2 has-focus-visible:outline-2 has-focus-visible:outline-accent";

/**
 * Which part of a stretch of time is shown: two handles, by mouse, finger or arrow keys. Called
 * when a handle is let go.
 */
export function RangeBar({ outer, value, onChange }: RangeBarProps) {
  const shown = value ?? outer;
  const [held, setHeld] = useState<ChartRange | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the range that is shown replaces the one that was held
  useEffect(() => setHeld(null), [shown.from, shown.to]);
  const { from, to } = held ?? shown;
  const step = 60_000;
  // The reader's time zone is the browser's alone to know.
  const local = useHydrated();
  const words = local ? `${stepLabel(from, to - from)} (${formatDuration(to - from)})` : "";
  return (
    <div className="flex items-center gap-2 text-micro text-muted tabular-nums">
      <span className="min-w-20 text-right">{local && momentLabel(from)}</span>
      <Slider.Root
        aria-label="Time that is shown"
        min={outer.from}
        max={outer.to}
        step={step}
        largeStep={Math.max(step, Math.round((outer.to - outer.from) / 20 / step) * step)}
        minStepsBetweenValues={Math.min(NARROWEST_MS, outer.to - outer.from) / step}
        value={[Math.max(outer.from, from), Math.min(outer.to, to)]}
        onValueChange={(next) => setHeld(rangeOf(next))}
        onValueCommitted={(next) => onChange(settled(rangeOf(next), outer))}
        className="w-full px-1"
      >
        <Slider.Control className="flex h-6 w-full touch-none items-center">
          <Slider.Track className="h-1.5 w-full rounded-full bg-inset">
            <Slider.Indicator className="rounded-full bg-accent/50" />
            <Slider.Thumb index={0} getAriaLabel={() => "From"} getAriaValueText={() => words} className={THUMB} />
            <Slider.Thumb index={1} getAriaLabel={() => "To"} getAriaValueText={() => words} className={THUMB} />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <span className="min-w-20">{local && momentLabel(to)}</span>
    </div>
  );
}

const rangeOf = ([from = 0, to = 0]: readonly number[]): ChartRange => ({ from, to });
