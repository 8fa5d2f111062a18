"use client";

import { CalendarRange, ListFilter, Search, X } from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { RUN_STATUSES, type RunStatus } from "../../domain/kernel/statuses.ts";
import { DAY_MS, HOUR_MS } from "../../domain/kernel/time.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { formatRange, fromLocal, toLocal, zoneName } from "../ui/local-time.ts";
import { Menu, MenuCheckItem, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import { serverNow, useNow } from "../ui/now.ts";
import { Popover } from "../ui/popover.tsx";
import { statusLook } from "../ui/status.ts";
import { isUnfiltered, type RunFilters } from "./filters.ts";

interface RunFiltersProps {
  filters: RunFilters;
  onChange: (change: Partial<RunFilters>) => void;
  onClear: () => void;
}

const SPANS = [
  { label: "Last hour", ms: HOUR_MS },
  { label: "Last 24 hours", ms: DAY_MS },
  { label: "Last 7 days", ms: 7 * DAY_MS },
] as const;

/** The filters of the list of runs; each change is written to the URL at once. */
export function RunFiltersBar({ filters, onChange, onClear }: RunFiltersProps) {
  return (
    <search aria-label="Filter runs" className="flex flex-wrap items-center gap-2">
      <TextFilter
        icon={<Search aria-hidden className="size-3.5" />}
        label="Find runs"
        placeholder="Id, workflow or tag begins with…"
        value={filters.q}
        onChange={(q) => onChange({ q })}
        className="w-64 max-sm:w-full"
      />
      <StatusFilter chosen={filters.status} onChange={(status) => onChange({ status })} />
      <TextFilter
        label="Workflow"
        placeholder="Workflow"
        value={filters.workflow}
        onChange={(workflow) => onChange({ workflow })}
        className="w-36"
      />
      <TextFilter
        label="Tag"
        placeholder="Tag"
        value={filters.tag}
        onChange={(tag) => onChange({ tag })}
        className="w-28"
      />
      <TimeFilter from={filters.from} to={filters.to} onChange={onChange} />
      {!isUnfiltered(filters) && (
        <Button variant="ghost" onClick={onClear}>
          <X aria-hidden className="size-3.5" /> Clear
        </Button>
      )}
    </search>
  );
}

interface TextFilterProps {
  label: string;
  placeholder: string;
  value: string | null;
  onChange: (value: string | null) => void;
  icon?: React.ReactNode;
  className?: string;
}

/** How long the reader may pause while typing, ms. */
const PAUSE_MS = 250;

export function TextFilter({ label, placeholder, value, onChange, icon, className }: TextFilterProps) {
  const [text, setText] = useState(value ?? "");
  const reported = useRef(value ?? "");
  const report = useRef(onChange);
  report.current = onChange;
  // The URL can change from elsewhere: back and forward, "clear".
  useEffect(() => {
    if ((value ?? "") === reported.current) return;
    reported.current = value ?? "";
    setText(reported.current);
  }, [value]);
  useEffect(() => {
    if (text.trim() === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = text.trim();
      report.current(reported.current || null);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={`relative ${className ?? ""}`}>
      {icon && (
        <span className="pointer-events-none absolute inset-y-0 left-2 flex items-center text-faint">{icon}</span>
      )}
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className={`w-full ${icon ? "pl-7" : ""}`}
      />
    </div>
  );
}

function StatusFilter({ chosen, onChange }: { chosen: RunStatus[]; onChange: (status: RunStatus[]) => void }) {
  const [only] = chosen;
  const text =
    chosen.length === 0
      ? "Status"
      : chosen.length === 1 && only
        ? statusLook("run", only).label
        : `${chosen.length} statuses`;
  return (
    <Menu
      trigger={
        <Button
          aria-label={`Status: ${chosen.length === 0 ? "any" : chosen.map((one) => statusLook("run", one).label).join(", ")}`}
        >
          <ListFilter aria-hidden className="size-3.5" /> {text}
        </Button>
      }
    >
      {RUN_STATUSES.map((status) => (
        <MenuCheckItem
          key={status}
          checked={chosen.includes(status)}
          onCheckedChange={(checked) =>
            onChange(checked ? [...chosen, status] : chosen.filter((one) => one !== status))
          }
        >
          <StatusIcon kind="run" status={status} /> {statusLook("run", status).label}
        </MenuCheckItem>
      ))}
      <MenuSeparator />
      <MenuItem disabled={chosen.length === 0} onSelect={() => onChange([])}>
        Any status
      </MenuItem>
    </Menu>
  );
}

interface TimeFilterProps {
  from: string | null;
  to: string | null;
  onChange: (change: Pick<RunFilters, "from" | "to">) => void;
  /** Label of the time. */
  what?: string;
}

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
