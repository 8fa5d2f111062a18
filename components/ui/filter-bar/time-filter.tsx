"use client";

import { CalendarRange } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { DAY_MS, HOUR_MS } from "../../../domain/kernel/time.ts";
import { Button } from "../button.tsx";
import { Input } from "../input.tsx";
import { formatRange, fromLocal, toLocal, zoneName } from "../local-time.ts";
import { serverNow, useNow } from "../now.ts";
import { Popover } from "../popover.tsx";

const SPANS = [
  { label: "Last hour", ms: HOUR_MS },
  { label: "Last 24 hours", ms: DAY_MS },
  { label: "Last 7 days", ms: 7 * DAY_MS },
] as const;

interface TimeFilterProps {
  from: string | null;
  to: string | null;
  onChange: (change: { from: string | null; to: string | null }) => void;
  /** Label of the time. */
  what?: string;
}

/** A time between two instants (RFC 3339; null: open), chosen by a span or typed. */
export function TimeFilter({ from, to, onChange, what = "Created" }: TimeFilterProps) {
  const now = useNow();
  const text = from === null && to === null ? "Any time" : now === null ? "… – …" : formatRange(from, to, now);
  return (
    <Popover
      label={`${what} between`}
      trigger={
        <Button aria-label={`${what}: ${text}`}>
          <CalendarRange aria-hidden className="size-3.5" /> {text}
        </Button>
      }
    >
      <div className="flex flex-wrap gap-1.5">
        {SPANS.map((span) => (
          <Button
            key={span.ms}
            size="sm"
            onClick={() => onChange({ from: new Date(serverNow() - span.ms).toISOString(), to: null })}
          >
            {span.label}
          </Button>
        ))}
        <Button size="sm" onClick={() => onChange({ from: null, to: null })}>
          Any time
        </Button>
      </div>
      <TimeForm key={`${from} ${to}`} from={from} to={to} onChange={onChange} />
    </Popover>
  );
}

function TimeForm({ from, to, onChange }: Omit<TimeFilterProps, "what">) {
  const [start, setStart] = useState(toLocal(from));
  const [end, setEnd] = useState(toLocal(to));
  const ids = { from: useId(), to: useId() };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ from: fromLocal(start, from), to: fromLocal(end, to) });
  };
  return (
    <form
      onSubmit={submit}
      className="mt-3 grid grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1.5 text-small text-muted"
    >
      <label htmlFor={ids.from}>From</label>
      <Input
        id={ids.from}
        type="datetime-local"
        step={1}
        value={start}
        onChange={(event) => setStart(event.target.value)}
      />
      <label htmlFor={ids.to}>To</label>
      <Input id={ids.to} type="datetime-local" step={1} value={end} onChange={(event) => setEnd(event.target.value)} />
      <span className="col-start-2">Times in {zoneName()}</span>
      <Button type="submit" size="sm" className="col-start-2 justify-self-end">
        Apply
      </Button>
    </form>
  );
}
