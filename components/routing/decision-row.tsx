"use client";

import { memo } from "react";
import { decisionHref } from "../../domain/kernel/links.ts";
import { GridCell } from "../lists/grid.tsx";
import { LinkedRow, RowLink } from "../lists/linked-row.tsx";
import { formatDuration } from "../ui/format.ts";
import { RelativeTime } from "../ui/time.tsx";
import type { Decision } from "./decision-filters.ts";
import { candidateCounts, scoreText, tryText } from "./decision-words.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";

export const DECISION_ROW_HEIGHT = 36;
/** On narrow screens a row has two lines. */
export const DECISION_CARD_HEIGHT = 64;

/** Columns of the list: outcome, task, agent, score, candidates, attempt, duration, routed. */
export const DECISION_COLUMNS =
  "grid-cols-[8.5rem_minmax(11rem,2fr)_minmax(8rem,1.2fr)_4rem_7rem_minmax(6rem,0.9fr)_5rem_6rem]";

interface DecisionRowProps {
  decision: Decision;
  index: number;
  active: boolean;
  card: boolean;
}

/** One decision of the list; the whole row links to its explanation. */
export const DecisionRow = memo(function DecisionRow({ decision, index, active, card }: DecisionRowProps) {
  return (
    <LinkedRow index={index} active={active} card={card} columns={DECISION_COLUMNS} data-decision={decision.id}>
      {card ? <CardCells decision={decision} /> : <TableCells decision={decision} />}
    </LinkedRow>
  );
});

function TaskLink({ decision }: { decision: Decision }) {
  return <RowLink href={decisionHref(decision.id)} name={decision.taskType} id={decision.taskId} />;
}

function TableCells({ decision }: { decision: Decision }) {
  const { able, all } = candidateCounts(decision);
  return (
    <>
      <GridCell>
        <OutcomeBadge decision={decision} />
      </GridCell>
      <GridCell className="min-w-0">
        <TaskLink decision={decision} />
      </GridCell>
      <GridCell className="truncate" title={decision.selectedAgent}>
        {decision.selectedAgent}
      </GridCell>
      <GridCell className="text-right tabular-nums">{scoreText(decision.agentScore)}</GridCell>
      <GridCell className="pl-2 text-muted tabular-nums" title="Agents that could take the task, of all candidates">
        {all === 0 ? "–" : `${able} of ${all}`}
      </GridCell>
      <GridCell className="truncate text-muted">{tryText(decision)}</GridCell>
      <GridCell className="text-right tabular-nums">{formatDuration(decision.durationMs)}</GridCell>
      <GridCell className="pl-2 text-muted">
        <RelativeTime at={decision.routedAt} />
      </GridCell>
    </>
  );
}

function CardCells({ decision }: { decision: Decision }) {
  return (
    <>
      <div className="flex min-w-0 items-center gap-2">
        <GridCell className="min-w-0 flex-1">
          <TaskLink decision={decision} />
        </GridCell>
        <GridCell>
          <OutcomeBadge decision={decision} />
        </GridCell>
      </div>
      <div className="flex min-w-0 items-center gap-3 text-small text-muted">
        <GridCell className="min-w-0 flex-1 truncate text-ink">{decision.selectedAgent}</GridCell>
        <GridCell>{tryText(decision)}</GridCell>
        <GridCell>
          <RelativeTime at={decision.routedAt} />
        </GridCell>
      </div>
    </>
  );
}
