"use client";

import { Minus, PenLine, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { shortened } from "../../../domain/kernel/text.ts";
import { visibleJson } from "../../../domain/kernel/visible.ts";
import { cn } from "../../ui/cn.ts";
import { formatPlural } from "../../ui/format.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { diffJson, type JsonChange, pathText } from "./json-diff.ts";

const LOOKS = {
  added: { icon: Plus, label: "added", tone: "text-status-completed" },
  removed: { icon: Minus, label: "removed", tone: "text-status-failed" },
  changed: { icon: PenLine, label: "changed", tone: "text-status-running" },
} as const;

/** Changes shown at first, and added with each click. */
const STEP = 100;
/** Lines of a value shown at first. */
const ROOM = 20;
const LONGEST_PATH = 1_000;

/** The differences between two states, by path: before on the left, after on the right. */
export function DiffTable({ before, after }: { before: Json; after: Json }) {
  const changes = useMemo(() => diffJson(before, after), [before, after]);
  const [shown, setShown] = useState(STEP);
  if (changes.length === 0)
    return <p className="p-3.5 text-body text-muted">Nothing differs between the two positions.</p>;
  return (
    <>
      <table aria-label="Changes" className="w-full table-fixed border-collapse text-left text-body max-sm:block">
        <thead className="text-small text-muted max-sm:sr-only">
          <tr>
            <th scope="col" className="h-8 w-[34%] border-b border-line px-3 font-medium">
              {formatPlural(changes.length, "change")}
            </th>
            <th scope="col" className="border-b border-line px-3 font-medium">
              Before
            </th>
            <th scope="col" className="border-b border-line px-3 font-medium">
              After
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {changes.slice(0, shown).map((change) => (
            <ChangeRow key={`${change.kind} ${JSON.stringify(change.path)}`} change={change} />
          ))}
        </tbody>
      </table>
      {changes.length > shown && (
        <button type="button" className="link px-3 py-2 text-body" onClick={() => setShown(shown + STEP)}>
          {changes.length - shown} more
        </button>
      )}
    </>
  );
}

function ChangeRow({ change }: { change: JsonChange }) {
  const { icon: Icon, label, tone } = LOOKS[change.kind];
  return (
    <tr className="border-b border-line align-top last:border-b-0 max-sm:block">
      <th scope="row" className="px-3 py-1.5 font-normal max-sm:block">
        <span className="flex items-start gap-1.5">
          <Icon aria-hidden className={cn("mt-0.5 size-3.5 shrink-0", tone)} strokeWidth={2.5} />
          <span className="sr-only">{label}</span>
          <span className="min-w-0 font-mono text-small break-all">
            {visibleJson(shortened(pathText(change.path), LONGEST_PATH))}
          </span>
        </span>
      </th>
      <Side value={change.before} tone="bg-[color-mix(in_oklab,var(--status-failed)_7%,transparent)]" />
      <Side value={change.after} tone="bg-[color-mix(in_oklab,var(--status-completed)_9%,transparent)]" />
    </tr>
  );
}

function Side({ value, tone }: { value: Json | undefined; tone: string }) {
  return (
    <td className={cn("px-3 py-1 max-sm:block max-sm:empty:hidden", value !== undefined && tone)}>
      {value !== undefined && <JsonTree value={value} room={ROOM} className="-ml-4" />}
    </td>
  );
}
