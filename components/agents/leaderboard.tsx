"use client";

import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { LeaderboardWindow, Standing } from "../../domain/agents/answers.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatCount, formatDuration, formatPercent } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import {
  FEW_SAMPLES,
  isFewSamples,
  nextSort,
  type Sort,
  type SortKey,
  sortRows,
  trendOf,
} from "./leaderboard-model.ts";

type Column = { key: SortKey; label: string; hint: string; numeric?: boolean; narrow?: string };

const COLUMNS: readonly Column[] = [
  {
    key: "rank",
    label: "#",
    hint: "By Wilson's lower bound of the success rate, not by the rate alone; the rank among all agents",
  },
  { key: "agent", label: "Agent", hint: "Name of the agent" },
  { key: "successRate", label: "Success rate", hint: "Successful outcomes of all outcomes" },
  {
    key: "trend",
    label: "Trend",
    hint: "Against the previous window of the same length, in percentage points",
    numeric: true,
    narrow: "max-sm:hidden",
  },
  { key: "total", label: "Sample", hint: "Outcomes that the rate counts", numeric: true },
  { key: "failed", label: "Failed", hint: "Failures of the agent itself", numeric: true, narrow: "max-md:hidden" },
  {
    key: "upstream",
    label: "Upstream",
    hint: "Ended for reasons outside the agent: an open breaker, a queue timeout, a cancellation. Not in the rate",
    numeric: true,
    narrow: "max-md:hidden",
  },
  {
    key: "average",
    label: "Average",
    hint: "Mean duration of the outcomes that have one",
    numeric: true,
    narrow: "max-xl:hidden",
  },
  { key: "p50", label: "p50", hint: "Half took no longer (within 4.5 %)", numeric: true, narrow: "max-md:hidden" },
  {
    key: "p95",
    label: "p95",
    hint: "19 of 20 took no longer (within 4.5 %)",
    numeric: true,
    narrow: "max-sm:hidden",
  },
];

const narrowOf = (key: SortKey) => COLUMNS.find((column) => column.key === key)?.narrow;

interface LeaderboardProps {
  rows: readonly Standing[];
  window: LeaderboardWindow;
}

/**
 * The agents ranked by success, with the sample size next to every rate. Sortable; the rank does
 * not change.
 */
export function Leaderboard({ rows, window }: LeaderboardProps) {
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
          <LeaderboardLine key={row.agentKey} row={row} window={window} />
        ))}
      </TableBody>
    </Table>
  );
}

function SortHead({ column, sort, onSort }: { column: Column; sort: Sort; onSort: () => void }) {
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

function LeaderboardLine({ row, window }: { row: Standing; window: LeaderboardWindow }) {
  const name = agentHref(row.agentKey);
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
      <Td numeric className={narrowOf("trend")}>
        <Trend row={row} window={window} />
      </Td>
      <Td numeric>
        <span className="text-muted">n=</span>
        {formatCount(row.total)}
      </Td>
      <Td numeric className={cn(narrowOf("failed"), row.failed > 0 && "text-danger")}>
        {formatCount(row.failed)}
      </Td>
      <Td numeric className={cn(narrowOf("upstream"), "text-muted")}>
        {formatCount(row.upstream)}
      </Td>
      <Td numeric className={narrowOf("average")}>
        {formatDuration(row.averageDurationMs)}
      </Td>
      <Td numeric className={narrowOf("p50")}>
        {formatDuration(row.p50DurationMs)}
      </Td>
      <Td numeric className={narrowOf("p95")}>
        {formatDuration(row.p95DurationMs)}
      </Td>
    </TableRow>
  );
}

const WAYS = {
  up: { icon: ArrowUp, className: "text-good", word: "better" },
  down: { icon: ArrowDown, className: "text-danger", word: "worse" },
  steady: { icon: ArrowRight, className: "text-muted", word: "steady" },
} as const;

function Trend({ row, window }: { row: Standing; window: LeaderboardWindow }) {
  const trend = trendOf(row);
  if (!trend) {
    const why = window === "all" ? "All time has no previous window" : "No outcomes in the previous window";
    return (
      <span title={why} className="text-faint">
        –
      </span>
    );
  }
  const { icon: Icon, className, word } = WAYS[trend.way];
  return (
    <span
      title={`${word}: ${trend.text} points against the previous ${window}`}
      className={cn("inline-flex items-center gap-0.5", className)}
    >
      <Icon aria-hidden className="size-3" />
      <span className="sr-only">{word}</span>
      {trend.text}
    </span>
  );
}

function SuccessRate({ row }: { row: Standing }) {
  const { successRate, wilsonLowerBound, total } = row;
  if (successRate === null) return <span className="text-faint">no outcomes</span>;
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
      {isFewSamples(row) && (
        <Badge title={`Only ${total} of at least ${FEW_SAMPLES} outcomes: the rate says little yet`}>few samples</Badge>
      )}
    </div>
  );
}
