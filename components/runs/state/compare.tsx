"use client";

import { useDeferredValue, useMemo } from "react";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { createReplay } from "../../../domain/replay/replay.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Input } from "../../ui/input.tsx";
import { LogNotice } from "../replay/log-notice.tsx";
import type { RunLog } from "../replay/use-run-log.ts";
import { DiffTable } from "./diff-table.tsx";
import { HistoryList } from "./history-list.tsx";
import { changesState, stateOf } from "./state-history.ts";

export interface Compared {
  /** Null: the change before the last one. */
  from: number | null;
  /** Null: now. */
  to: number | null;
}

interface CompareProps {
  run: Wire<"run">;
  log: RunLog;
  compared: Compared;
  onCompare: (next: Partial<Compared>) => void;
  /** Actions for the earlier position; undefined when nothing can be restored. */
  onRestore: ((past: Wire<"run">) => void) | undefined;
}

/** The state at two positions of the log, and the differences. */
export function Compare({ run, log, compared, onCompare, onRestore }: CompareProps) {
  const events = useDeferredValue(log.events);
  const replay = useMemo(() => createReplay(events), [events]);
  const changes = useMemo(() => events.filter(changesState).reverse(), [events]);
  const { to } = compared;
  const before = changes.filter((event) => to === null || event.seq <= to);
  const from = compared.from ?? before[1]?.seq ?? 0;
  const past = useMemo(() => replay.at(from).run, [replay, from]);
  const later = useMemo(() => (to === null ? run : replay.at(to).run), [replay, to, run]);
  const left = useMemo(() => stateOf(past), [past]);
  const right = useMemo(() => stateOf(later), [later]);

  if (log.phase !== "ready" || log.floor > 0) {
    return (
      <Card title="Changes">
        <LogNotice log={log} />
      </Card>
    );
  }
  return (
    <Card
      flush
      title="Changes"
      actions={
        <>
          <Position
            label="From position"
            value={from}
            max={to ?? run.seq}
            onChange={(seq) => onCompare({ from: seq })}
          />
          <span aria-hidden>to</span>
          <Position label="To position" value={to} max={run.seq} onChange={(seq) => onCompare({ to: seq })} />
          {onRestore && past && (
            <Button size="sm" onClick={() => onRestore(past)}>
              Restore #{from}…
            </Button>
          )}
        </>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] lg:grid-cols-[23rem_minmax(0,1fr)]">
        <div className="border-line max-lg:border-b lg:border-r">
          <HistoryList
            changes={changes}
            from={from}
            to={to}
            onFrom={(seq) => onCompare({ from: seq })}
            onTo={(seq) => onCompare({ to: seq, from })}
          />
        </div>
        <div className="min-w-0 overflow-y-auto lg:max-h-[max(20rem,calc(100dvh-24rem))]">
          <DiffTable before={left} after={right} />
        </div>
      </div>
    </Card>
  );
}

interface PositionProps {
  label: string;
  value: number | null;
  max: number;
  onChange: (seq: number | null) => void;
}

/** Any position can be compared, not only those of a change. */
function Position({ label, value, max, onChange }: PositionProps) {
  return (
    <Input
      type="number"
      inputMode="numeric"
      aria-label={label}
      placeholder="now"
      min={0}
      max={max}
      value={value ?? ""}
      onChange={(event) => {
        const seq = event.target.valueAsNumber;
        onChange(Number.isInteger(seq) && seq >= 0 ? seq : null);
      }}
      className="h-7! w-24 text-right tabular-nums"
    />
  );
}
