"use client";

import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, OctagonX, Pause, Play } from "lucide-react";
import { memo, useMemo } from "react";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { formatCount } from "../../ui/format.ts";
import { useHotkey } from "../../ui/hotkeys.ts";
import { Select } from "../../ui/select.tsx";
import { buckets, nextFailure, previousFailure, SPEEDS, type Speed } from "./player.ts";
import type { Player } from "./use-player.ts";

/** Most stretches of the strip above the slider. */
const STRETCHES = 160;

const SPEED_OPTIONS = SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}/s` }));

/**
 * The position in the log: a slider over all events, steps, play, and jumps to failures. Space
 * plays; arrows step.
 */
export function TransportBar({ player, events }: { player: Player; events: readonly LogEvent[] }) {
  const { count, total, playing, speed, failures } = player;
  const next = nextFailure(failures, count);
  const previous = previousFailure(failures, count);
  useHotkey("space", () => player.play(!playing), "Replay: play or pause");
  useHotkey("arrowleft", () => player.go(count - 1), "Replay: one event back");
  useHotkey("arrowright", () => player.go(count + 1), "Replay: one event on");

  return (
    <div role="toolbar" aria-label="Replay" className="rounded-lg border border-line bg-surface px-3 pt-2 pb-1.5">
      <Strip events={events} />
      <input
        type="range"
        aria-label="Position in the run's log"
        aria-valuetext={`${formatCount(count)} of ${formatCount(total)} events`}
        min={0}
        max={total}
        step={1}
        value={count}
        onChange={(event) => player.go(event.target.valueAsNumber)}
        onKeyDown={(event) => {
          if (event.key !== " ") return;
          event.preventDefault();
          player.play(!playing);
        }}
        className="block h-4 w-full cursor-pointer accent-accent"
      />
      <div className="mt-1 flex flex-wrap items-center gap-x-1 gap-y-1.5">
        <IconButton size="sm" label="To the beginning" disabled={count === 0} onClick={() => player.go(0)}>
          <ChevronFirst aria-hidden className="size-4" />
        </IconButton>
        <IconButton
          size="sm"
          label="One event back"
          shortcut="←"
          disabled={count === 0}
          onClick={() => player.go(count - 1)}
        >
          <ChevronLeft aria-hidden className="size-4" />
        </IconButton>
        <Button size="sm" onClick={() => player.play(!playing)} className="w-20">
          {playing ? <Pause aria-hidden className="size-3.5" /> : <Play aria-hidden className="size-3.5" />}
          {playing ? "Pause" : "Play"}
        </Button>
        <IconButton
          size="sm"
          label="One event on"
          shortcut="→"
          disabled={count === total}
          onClick={() => player.go(count + 1)}
        >
          <ChevronRight aria-hidden className="size-4" />
        </IconButton>
        <IconButton size="sm" label="To the end" disabled={count === total} onClick={() => player.go(total)}>
          <ChevronLast aria-hidden className="size-4" />
        </IconButton>
        <Select
          label="Speed"
          value={String(speed)}
          options={SPEED_OPTIONS}
          onValueChange={(value) => player.setSpeed(Number(value) as Speed)}
          className="ml-1 h-7! min-w-20!"
        />
        <span className="ml-auto flex items-center gap-1">
          <Button
            size="sm"
            variant="ghost"
            disabled={previous === undefined}
            onClick={() => previous !== undefined && player.go(previous)}
          >
            <ChevronLeft aria-hidden className="size-3.5" />
            <span className="max-sm:sr-only">Previous failure</span>
            <OctagonX aria-hidden className="size-3.5 text-status-failed sm:hidden" />
          </Button>
          <span className="text-small text-muted tabular-nums">
            {failures.length === 0 ? "no failures" : `${formatCount(failures.length)} failed`}
          </span>
          <Button
            size="sm"
            variant="ghost"
            disabled={next === undefined}
            onClick={() => next !== undefined && player.go(next)}
          >
            <OctagonX aria-hidden className="size-3.5 text-status-failed sm:hidden" />
            <span className="max-sm:sr-only">Next failure</span>
            <ChevronRight aria-hidden className="size-3.5" />
          </Button>
        </span>
      </div>
    </div>
  );
}

/** How busy the run was, and where something failed, above the slider. */
const Strip = memo(function Strip({ events }: { events: readonly LogEvent[] }) {
  const strip = useMemo(() => buckets(events, STRETCHES), [events]);
  return (
    <div aria-hidden className="mx-2 flex h-5 items-end">
      {strip.map(({ height, failed }, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a stretch is identified by its index
          key={index}
          className={failed ? "flex-1 bg-status-failed" : "flex-1 bg-line-strong"}
          style={{ height: `${failed ? 100 : 12 + 68 * height}%` }}
        />
      ))}
    </div>
  );
});
