"use client";

import { decisionHref } from "../../domain/kernel/links.ts";
import { PagedList } from "../lists/paged-list.tsx";
import type { Decision } from "./decision-filters.ts";
import { DECISION_CARD_HEIGHT, DECISION_COLUMNS, DECISION_ROW_HEIGHT, DecisionRow } from "./decision-row.tsx";

interface DecisionListProps {
  decisions: readonly Decision[];
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Scrolls to the top when it changes. */
  top: number;
  onAtTop: (atTop: boolean) => void;
}

const RIGHT = "text-right";
/** Without padding these would touch the figures before them. */
const BEHIND_RIGHT = "pl-2";
const HEADS = [
  { name: "Outcome" },
  { name: "Task" },
  { name: "Agent" },
  { name: "Score", className: RIGHT },
  { name: "Could take it", className: BEHIND_RIGHT },
  { name: "Try" },
  { name: "Duration", className: RIGHT },
  { name: "Routed", className: BEHIND_RIGHT },
];

/** Decisions, newest first. */
export function DecisionList({ decisions, ...paging }: DecisionListProps) {
  return (
    <PagedList
      {...paging}
      label="Routing decisions"
      what="decision"
      rows={decisions}
      hrefOf={decisionHref}
      row={(decision, look) => <DecisionRow decision={decision} {...look} />}
      heads={HEADS}
      columns={DECISION_COLUMNS}
      width="md:min-w-[60rem]"
      heights="max-h-[max(24rem,calc(100dvh-11.5rem))] max-md:max-h-[max(20rem,calc(100dvh-21rem))]"
      rowHeight={DECISION_ROW_HEIGHT}
      cardHeight={DECISION_CARD_HEIGHT}
    />
  );
}
