"use client";

import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatCount, formatDuration, formatPercent } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { FEW_SAMPLES, type LeaderboardRow, nextSort, type Sort, type SortKey, sortRows } from "./leaderboard-model.ts";

const COLUMNS: readonly { key: SortKey; label: string; hint: string; numeric?: boolean; narrow?: string }[] = [
  {
    key: "rank",
    label: "#",
    hint: "By the success rate the agent has at least (Wilson's lower bound), not by the rate alone",
  },
  { key: "agent", label: "Agent", hint: "Name of the agent" },
  { key: "successRate", label: "Success rate", hint: "Successful outcomes of all outcomes" },
  { key: "total", label: "Sample", hint: "Outcomes the rate is made of", numeric: true },
  {
    key: "successful",
    label: "Successful",
    hint: "Outcomes that succeeded",
    numeric: true,
    narrow: "hidden md:table-cell",
  },
  { key: "failed", label: "Failed", hint: "Outcomes that failed", numeric: true, narrow: "hidden md:table-cell" },
  {
    key: "average",
    label: "Average",
    hint: "Mean duration of the outcomes that told one",
    numeric: true,
    narrow: "hidden sm:table-cell",
  },
  { key: "p95", label: "p95", hint: "19 of 20 took no longer (within 4.5 %)", numeric: true },
];

/** The agents by how well they do, with the size of the sample beside every rate. Sortable; the rank stays what it is. */
export function Leaderboard({ rows }: { rows: readonly LeaderboardRow[] }) {
  const [sort, setSort] = useState<Sort>({ key: "rank", descending: false });
  return (
    <Table aria-label="Leaderboard">
      <TableHead>
        <tr>
          {COLUMNS.map((column) => (
            <SortHead key={column.key} column={column} sort={sort} onSort={() => setSort(nextSort(sort, column.key))} />
          ))}
        </tr>
      </TableHead>
      <TableBody>
        {sortRows(rows, sort).map((row) => (
          <LeaderboardLine key={row.agentKey} row={row} />
        ))}
      </TableBody>
    </Table>
  );
}

function SortHead({ column, sort, onSort }: { column: (typeof COLUMNS)[number]; sort: Sort; onSort: () => void }) {
  const active = sort.key === column.key;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <Th
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}
      className={cn(column.numeric && "text-right", column.narrow)}
    >
      <button
        type="button"
        title={column.hint}
        onClick={onSort}
        className={cn("inline-flex items-center gap-1 hover:text-ink", active && "text-ink")}
      >
        {column.label}
        {active && <Arrow aria-hidden className="size-3" />}
      </button>
    </Th>
  );
}

function LeaderboardLine({ row }: { row: LeaderboardRow }) {
  const name = `/agents/${encodeURIComponent(row.agentKey)}`;
  return (
    <TableRow>
      <Td className="w-10 text-muted tabular-nums">{row.total > 0 ? row.rank : "–"}</Td>
      <Td className="max-w-52">
        <Link href={name} className="block truncate font-medium hover:underline">
          {row.displayName}
        </Link>
      </Td>
      <Td>
        <SuccessRate row={row} />
      </Td>
      <Td numeric>
        <span className="text-muted">n=</span>
        {formatCount(row.total)}
      </Td>
      <Td numeric className="hidden md:table-cell">
        {formatCount(row.successful)}
      </Td>
      <Td numeric className={cn("hidden md:table-cell", row.failed > 0 && "text-danger")}>
        {formatCount(row.failed)}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {formatDuration(row.averageDurationMs)}
      </Td>
      <Td numeric>{formatDuration(row.p95DurationMs)}</Td>
    </TableRow>
  );
}

function SuccessRate({ row }: { row: LeaderboardRow }) {
  const { successRate, wilsonLowerBound, fewSamples, total } = row;
  if (successRate === null) return <span className="text-faint">no outcomes yet</span>;
  const bound = `${formatPercent(successRate)}; at least ${formatPercent(wilsonLowerBound)} with 97.5 % confidence`;
  return (
    <div className="flex items-center gap-2" title={bound}>
      <span className="w-12 text-right font-medium tabular-nums">{formatPercent(successRate)}</span>
      <span
        role="img"
        aria-label={bound}
        className="relative hidden h-1.5 w-24 overflow-hidden rounded-full bg-inset sm:block"
      >
        <span
          className="absolute inset-y-0 left-0 opacity-40"
          style={{ width: `${successRate * 100}%`, background: toneColor("completed") }}
        />
        <span
          className="absolute inset-y-0 left-0"
          style={{ width: `${wilsonLowerBound * 100}%`, background: toneColor("completed") }}
        />
      </span>
      {fewSamples && (
        <Badge title={`Only ${total} of at least ${FEW_SAMPLES} outcomes: the rate says little yet`}>few samples</Badge>
      )}
    </div>
  );
}
