"use client";

import { type CSSProperties, type KeyboardEvent, type PointerEvent, useId, useState } from "react";
import { actorName } from "../../alerts/alert-model.ts";
import { StatusIcon } from "../../ui/badge.tsx";
import { cn } from "../../ui/cn.ts";
import { type FormatMoment, formatDuration, formatPercent, formatRelative } from "../../ui/format.ts";
import { statusLook, toneColor } from "../../ui/status.ts";
import { useMoment } from "../../ui/use-moment.ts";
import { type Band, sharesOf } from "./breaker-bands.ts";

interface HistoryStripProps {
  /** In order, covering `start` to `end`. */
  bands: readonly Band[];
  /** Epoch ms. */
  start: number;
  end: number;
  /** Earlier events are still loading. */
  loading: boolean;
}

/**
 * The states of a breaker as a coloured band. The pointer or the arrow keys select a part; the line
 * below shows its times, reason and actor.
 */
export function HistoryStrip({ bands, start, end, loading }: HistoryStripProps) {
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const moment = useMoment();
  // Bands change as time passes: the selection is a time, not an index.
  const chosen = at === null ? -1 : bands.findIndex(({ from, to }) => from <= at && at < to);
  const band = bands[chosen];
  const choose = (index: number) => {
    const next = bands[Math.min(bands.length - 1, Math.max(0, index))];
    if (next) setAt(next.from);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = chosen === -1 ? bands.length : chosen;
    const go = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: bands.length - 1 }[event.key];
    if (event.key === "Escape") return setAt(null);
    if (go === undefined) return;
    event.preventDefault();
    choose(go);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setAt(start + ((event.clientX - left) / Math.max(1, width)) * (end - start));
  };
  return (
    <div>
      <div
        role="listbox"
        tabIndex={0}
        aria-label="Breaker states over time"
        aria-orientation="horizontal"
        aria-activedescendant={band ? `${id}-${band.from}` : undefined}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
        onPointerLeave={(event) => event.pointerType === "mouse" && setAt(null)}
        className="relative h-8 w-full touch-pan-y overflow-hidden rounded bg-inset"
      >
        {bands.map((one, index) => (
          <div
            key={one.from}
            id={`${id}-${one.from}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            aria-label={sentenceOf(one, end, moment)}
            className={cn(
              "absolute inset-y-0",
              index === chosen && "z-20 outline-2 -outline-offset-2 outline-ink",
              // A short opening must not be hidden by the closed bands.
              one.state !== null && one.state !== "closed" && "z-10 min-w-[3px]",
            )}
            style={{
              left: `${((one.from - start) / (end - start)) * 100}%`,
              width: `${((one.to - one.from) / (end - start)) * 100}%`,
              ...(one.state === null && !one.absent && HATCHED),
              ...(one.state !== null && {
                background: toneColor(statusLook("breaker", one.state).tone),
                opacity: one.state === "closed" ? 0.55 : 1,
              }),
            }}
          />
        ))}
      </div>
      <div className="mt-1 flex justify-between gap-2 text-small text-faint tabular-nums">
        <span>{formatRelative(start, end)}</span>
        {loading && <span role="status">loading earlier events…</span>}
        <span>now</span>
      </div>
      <div aria-live="polite" className="mt-1 min-h-10 text-small text-muted">
        {band ? <BandSays band={band} end={end} /> : <Shares bands={bands} />}
      </div>
    </div>
  );
}

function BandSays({ band, end }: { band: Band; end: number }) {
  return (
    <p className="flex gap-1.5">
      {band.state && (
        <span className="mt-0.5">
          <StatusIcon kind="breaker" status={band.state} />
        </span>
      )}
      <span className="min-w-0 break-words">{sentenceOf(band, end, useMoment())}</span>
    </p>
  );
}

function Shares({ bands }: { bands: readonly Band[] }) {
  const shares = sharesOf(bands);
  if (shares.length === 0) return <p>No history of this time.</p>;
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1">
      {shares.map(({ state, share }) => (
        <li key={state} className="flex items-center gap-1.5">
          <StatusIcon kind="breaker" status={state} /> {statusLook("breaker", state).label}
          <span className="font-medium text-ink tabular-nums">{formatPercent(share)}</span>
        </li>
      ))}
      {bands.some(({ state, absent }) => state === null && !absent) && (
        <li className="flex items-center gap-1.5">
          <span aria-hidden className="size-3.5 rounded-[3px] bg-inset" style={HATCHED} /> not known
        </li>
      )}
    </ul>
  );
}

/** Unknown time: hatched, not in a state's colour. */
const HATCHED: CSSProperties = {
  background: "repeating-linear-gradient(-45deg, var(--line-strong) 0 2px, transparent 2px 7px)",
};

/**
 * `Open from 2026-11-21 10:00:00 UTC+1 to 2026-11-21 10:05:00 UTC+1 (5m 00s): failure rate 60% of 5 calls, threshold 50%`.
 */
function sentenceOf(band: Band, end: number, moment: FormatMoment): string {
  const goesOn = band.to >= end;
  const until = goesOn ? "now" : moment(band.to, "second");
  const span = `${band.begun ? "from" : "since before"} ${moment(band.from, "second")} to ${until} (${formatDuration(band.to - band.from)})`;
  if (band.absent) return `Not registered yet ${span}`;
  if (band.state === null) return `Unknown ${span}: the log of this time was deleted`;
  const who = band.by === null ? "" : ` by ${actorName(band.by)}`;
  return `${statusLook("breaker", band.state).label}${who} ${span}${band.reason ? `: ${band.reason}` : ""}`;
}
