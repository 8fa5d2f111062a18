"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Json } from "../../domain/primitives.ts";
import { cn } from "../ui/cn.ts";
import { formatCount } from "../ui/format.ts";

/** A value shows this many of its members at first, and this many more with each click. */
const STEP = 100;
/** Of a longer string only the beginning is drawn, until it is asked for. */
const LONG = 400;
/** Values nested deeper than this begin folded. */
const OPEN_DEPTH = 2;

interface JsonTreeProps {
  value: Json;
  /** Shows members by name: where they come in no order that anybody chose. */
  sorted?: boolean;
  className?: string;
}

/** JSON as a tree that folds. Only what is unfolded is drawn. */
export function JsonTree({ value, sorted = false, className }: JsonTreeProps) {
  return (
    <div className={cn("overflow-x-auto font-mono text-[12px] leading-5", className)}>
      <Node value={value} depth={0} sorted={sorted} />
    </div>
  );
}

const natural = new Intl.Collator("en", { numeric: true });
const byName = ([a]: [string, Json], [b]: [string, Json]): number => natural.compare(a, b);

interface NodeProps {
  name?: string;
  value: Json;
  depth: number;
  sorted: boolean;
}

function Node({ name, value, depth, sorted }: NodeProps) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const label = name === undefined ? null : <span className="mr-[0.5ch] text-muted">{name}:</span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className="pl-4">
        {label}
        <Scalar value={value} />
      </div>
    );
  }
  const members = Array.isArray(value)
    ? value.map((item, index): [string, Json] => [String(index), item])
    : sorted
      ? Object.entries(value).sort(byName)
      : Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (members.length === 0) {
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
        <span className="text-faint">{open ? left : `${left} ${members.length} ${right}`}</span>
      </button>
      {open && <Members members={members} depth={depth} sorted={sorted} />}
      {open && <div className={cn("text-faint", depth === 0 && "pl-4")}>{right}</div>}
    </div>
  );
}

function Members({ members, depth, sorted }: Pick<NodeProps, "depth" | "sorted"> & { members: [string, Json][] }) {
  const [shown, setShown] = useState(STEP);
  return (
    <div className={cn("border-l border-line", depth === 0 ? "ml-2" : "-ml-2")}>
      {members.slice(0, shown).map(([key, member]) => (
        <Node key={key} name={key} value={member} depth={depth + 1} sorted={sorted} />
      ))}
      {members.length > shown && (
        <button type="button" className="link pl-4" onClick={() => setShown(shown + STEP)}>
          {members.length - shown} more
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
  const [whole, setWhole] = useState(false);
  const isCut = text.length > LONG && !whole;
  return (
    <span className="break-all whitespace-pre-wrap text-status-completed">
      {isCut ? `${JSON.stringify(text.slice(0, LONG)).slice(0, -1)}…` : JSON.stringify(text)}
      {isCut && (
        <button type="button" className="link ml-1.5 font-sans" onClick={() => setWhole(true)}>
          all {formatCount(text.length)} characters
        </button>
      )}
    </span>
  );
}
