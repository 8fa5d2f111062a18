"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { Json } from "../../domain/kernel/primitives.ts";
import { beginningOf, shortened } from "../../domain/kernel/text.ts";
import { visibleJson } from "../../domain/kernel/visible.ts";
import { cn } from "./cn.ts";
import { formatCount } from "./format.ts";

/** A value shows this many of its members at first, and this many more with each click. */
const STEP = 100;
/**
 * Of a longer string only the beginning is drawn, until more is asked for, so much with each click.
 */
const LONG = 400;
const LONG_STEP = 20_000;
/** A longer name is cut. */
const LONGEST_NAME = 200;
/** Values nested deeper than this begin closed. */
const OPEN_DEPTH = 2;
/** So many lines are open at first, however the value is nested. */
const ROOM = 200;
/** More names are not sorted: they stand as they came. */
const MOST_SORTED = 5_000;

interface JsonTreeProps {
  value: Json;
  /** Shows members by name: where they come in no order that anybody chose. */
  sorted?: boolean;
  /** How many lines are open at first, about. */
  room?: number;
  className?: string;
}

/**
 * JSON as a tree that opens and closes. Only what is open is drawn, and of that only so much at a
 * time.
 */
export function JsonTree({ value, sorted = false, room = ROOM, className }: JsonTreeProps) {
  return (
    <div className={cn("overflow-x-auto font-mono text-small leading-5", className)}>
      <Node value={value} depth={0} sorted={sorted} room={room} />
    </div>
  );
}

const natural = new Intl.Collator("en", { numeric: true });

interface NodeProps {
  name?: string;
  value: Json;
  depth: number;
  sorted: boolean;
  room: number;
}

function Node({ name, ...rest }: NodeProps) {
  const { value } = rest;
  const label = name === undefined ? null : <span className="mr-[0.5ch] text-muted">{shownName(name)}:</span>;
  if (typeof value === "object" && value !== null) return <Branch {...rest} label={label} value={value} />;
  return (
    <div className="pl-4">
      {label}
      <Scalar value={value} />
    </div>
  );
}

const shownName = (name: string): string => visibleJson(shortened(name, LONGEST_NAME));

type Parent = Json[] | { [key: string]: Json };

interface BranchProps extends Omit<NodeProps, "name" | "value"> {
  value: Parent;
  label: ReactNode;
}

function Branch({ label, value, depth, sorted, room }: BranchProps) {
  // The names of a list are its places.
  const names = useMemo(() => (Array.isArray(value) ? null : namesOf(value, sorted)), [value, sorted]);
  const count = names?.length ?? (value as Json[]).length;
  const [open, setOpen] = useState((depth === 0 && room > 0) || (depth < OPEN_DEPTH && count <= room));
  const [left, right] = names === null ? ["[", "]"] : ["{", "}"];
  if (count === 0) {
    return (
      <div className="pl-4">
        {label}
        <span className="text-faint">{left + right}</span>
      </div>
    );
  }
  return (
    <div className={depth === 0 ? undefined : "pl-4"}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={cn("flex items-center rounded text-left hover:bg-hover", depth > 0 && "-ml-4")}
      >
        <ChevronRight
          aria-hidden
          className={cn("size-4 shrink-0 p-0.5 text-faint transition-transform", open && "rotate-90")}
        />
        {label}
        <span className="text-faint">{open ? left : `${left} ${count} ${right}`}</span>
      </button>
      {open && <Members value={value} names={names} count={count} depth={depth} sorted={sorted} room={room} />}
      {open && <div className={cn("text-faint", depth === 0 && "pl-4")}>{right}</div>}
    </div>
  );
}

function namesOf(value: object, sorted: boolean): readonly string[] {
  const names = Object.keys(value);
  return sorted && names.length <= MOST_SORTED ? names.sort(natural.compare) : names;
}

interface MembersProps extends Pick<NodeProps, "depth" | "sorted" | "room"> {
  value: Parent;
  names: readonly string[] | null;
  count: number;
}

function Members({ value, names, count, depth, sorted, room }: MembersProps) {
  const [shown, setShown] = useState(STEP);
  const end = Math.min(count, shown);
  const members = Array.from({ length: end }, (_, at): [string, Json] =>
    Array.isArray(value) ? [String(at), value[at] ?? null] : [names?.[at] ?? "", value[names?.[at] ?? ""] ?? null],
  );
  return (
    <div className={cn("border-l border-line", depth === 0 ? "ml-2" : "-ml-2")}>
      {members.map(([name, member], at) => (
        <Node
          // Names may be as long as they like, places are not.
          // biome-ignore lint/suspicious/noArrayIndexKey: a value does not change in place
          key={at}
          name={name}
          value={member}
          depth={depth + 1}
          sorted={sorted}
          room={Math.floor(room / end)}
        />
      ))}
      {count > shown && (
        <button type="button" className="link pl-4" onClick={() => setShown(shown + STEP)}>
          {count - shown} more
        </button>
      )}
    </div>
  );
}

function Scalar({ value }: { value: string | number | boolean | null }) {
  if (typeof value === "string") return <Text text={value} />;
  if (typeof value === "number") return <span className="text-status-running">{value}</span>;
  return <span className="text-status-review">{String(value)}</span>;
}

function Text({ text }: { text: string }) {
  const [most, setMost] = useState(LONG);
  const part = beginningOf(text, most);
  const quoted = visibleJson(JSON.stringify(part));
  const left = text.length - part.length;
  return (
    <span className="break-all whitespace-pre-wrap text-status-completed">
      {left > 0 ? `${quoted.slice(0, -1)}…` : quoted}
      {left > 0 && (
        <button type="button" className="link ml-1.5 font-sans" onClick={() => setMost(most + LONG_STEP)}>
          {left > LONG_STEP
            ? `${formatCount(LONG_STEP)} more of ${formatCount(text.length)} characters`
            : `all ${formatCount(text.length)} characters`}
        </button>
      )}
    </span>
  );
}
