"use client";

import { Rows3, SquareKanban } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useCallback, useMemo } from "react";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { useTopic } from "../live/live-provider.tsx";
import { useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount } from "../ui/format.ts";
import { Input } from "../ui/input.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { Select } from "../ui/select.tsx";
import { useTitle } from "../ui/use-title.ts";
import { type Card, lanesOf, matches } from "./board-model.ts";
import { BoardSurface } from "./board-surface.tsx";
import { BOARD_URL } from "./board-url.ts";
import { useArrivals } from "./use-arrivals.ts";
import { useMoveCard } from "./use-move-card.ts";
import { type Cursors, useOlderCards } from "./use-older-cards.ts";

interface BoardScreenProps {
  initial: readonly Card[];
  cursors: Cursors;
}

/** As many runs as the filter offers; others are found by text. */
const MOST_RUNS = 50;

/**
 * The kanban of workstreams: live, filtered by the URL, moved by dragging or by each card's menu.
 */
export function BoardScreen({ initial, cursors }: BoardScreenProps) {
  const [url, setUrl] = useQueryStates(BOARD_URL);
  const { loaded, more, loadOlder } = useOlderCards(initial, cursors, url.run);
  const cards = useTopicRows("board", "workstream", loaded);
  useTopic(url.lanes ? "runs" : null);
  const { arrived, mine } = useArrivals(cards);
  const { run: moveCard } = useMoveCard();

  const onMove = useCallback(
    (card: Card, to: WorkstreamStatus) => {
      mine(card.id);
      void moveCard(card, to);
    },
    [mine, moveCard],
  );
  const shown = useMemo(
    () => cards.filter((card) => matches(card, { run: url.run, text: url.q })),
    [cards, url.run, url.q],
  );
  const lanes = useMemo(() => lanesOf(shown, url.lanes), [shown, url.lanes]);
  const runs = useMemo(() => runOptions(cards, url.run), [cards, url.run]);
  const toggle = useCallback(
    (status: WorkstreamStatus) => {
      const folded = url.collapsed.includes(status);
      void setUrl({ collapsed: folded ? url.collapsed.filter((one) => one !== status) : [...url.collapsed, status] });
    },
    [url.collapsed, setUrl],
  );
  useTitle(url.run === "" ? "Board" : `Board of ${url.run}`);
  const filtered = url.run !== "" || url.q !== "";

  return (
    // As high as the window leaves, so that each column scrolls by itself.
    <div className="flex h-[calc(100dvh-9rem)] min-h-96 flex-col lg:h-[calc(100dvh-6rem)]">
      <PageHeader
        title="Board"
        badge={
          <span className="text-small text-muted tabular-nums">
            {filtered && `${formatCount(shown.length)} of `}
            {formatCount(cards.length)}
            {more.size > 0 && "+"} {cards.length === 1 ? "workstream" : "workstreams"}
          </span>
        }
        actions={
          <>
            <Input
              type="search"
              aria-label="Filter by text"
              placeholder="Filter by text"
              value={url.q}
              onChange={(event) => void setUrl({ q: event.target.value })}
              className="min-w-32 flex-1 sm:w-44 sm:flex-none"
            />
            {/* The server finds the run, as its cards may not be loaded. */}
            <Select
              label="Run"
              value={url.run}
              options={runs}
              onValueChange={(run) => void setUrl({ run }, { shallow: false })}
              className="max-w-36 sm:max-w-56"
            />
            <Button
              aria-pressed={url.lanes}
              onClick={() => void setUrl({ lanes: !url.lanes })}
              className="aria-pressed:bg-accent-soft aria-pressed:text-ink"
            >
              <Rows3 aria-hidden className="size-3.5" /> <span className="max-sm:sr-only">Swimlanes</span>
            </Button>
          </>
        }
      />
      {cards.length === 0 && !filtered ? (
        <EmptyState icon={<SquareKanban />} title="No workstreams yet" command="npm run demo">
          A workstream is a track of work inside a run. Orchestrators make one with <code>workstream.create</code>; the
          demo submits a real run with several.
        </EmptyState>
      ) : (
        <>
          {shown.length === 0 && (
            <p role="status" className="mb-2 text-body text-muted">
              No workstream matches.{" "}
              <button
                type="button"
                className="link"
                onClick={() => void setUrl({ run: "", q: "" }, { shallow: false })}
              >
                Clear the filters
              </button>
            </p>
          )}
          <BoardSurface
            lanes={lanes}
            collapsed={url.collapsed}
            onToggle={toggle}
            more={more}
            onMore={loadOlder}
            arrived={arrived}
            onMove={onMove}
          />
        </>
      )}
    </div>
  );
}

/**
 * The runs that have cards, the youngest first, and the one that is chosen even if none of its
 * cards is here.
 */
function runOptions(cards: readonly Card[], chosen: string) {
  const newest = new Map<string, string>();
  for (const { runId, createdAt } of cards) {
    if (createdAt > (newest.get(runId) ?? "")) newest.set(runId, createdAt);
  }
  const ids = [...newest]
    .sort(([, a], [, b]) => (a < b ? 1 : -1))
    .map(([id]) => id)
    .slice(0, MOST_RUNS);
  const all = chosen !== "" && !ids.includes(chosen) ? [chosen, ...ids] : ids;
  return [{ value: "", label: "All runs" }, ...all.map((id) => ({ value: id, label: id }))];
}
