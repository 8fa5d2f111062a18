"use client";

import { Trophy } from "lucide-react";
import { parseAsFloat, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { LEADERBOARD_WINDOWS, type LeaderboardWindow } from "../../domain/agents/answers.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Leaderboard } from "./leaderboard.tsx";
import { LeaderboardFilters } from "./leaderboard-filters.tsx";
import { FEW_SAMPLES, type LeaderboardChoice } from "./leaderboard-model.ts";
import { useLeaderboard, useTaskTypes } from "./use-leaderboard.ts";

/** The leaderboard's part of the URL. */
const SEARCH = {
  window: parseAsStringLiteral(Object.keys(LEADERBOARD_WINDOWS) as LeaderboardWindow[]).withDefault("all"),
  taskType: parseAsString,
  below: parseAsFloat,
  min: parseAsInteger.withDefault(20),
};

/** The agents ranked by success, over a window and a type of task; live. */
export function LeaderboardCard({ className }: { className?: string }) {
  const [search, setSearch] = useQueryStates(SEARCH);
  // The page in the URL may be past the last one.
  const choice: LeaderboardChoice = {
    ...search,
    below: search.below === null ? null : Math.min(1, Math.max(0, search.below)),
    min: Math.max(0, search.min),
  };
  const { data, error, isPlaceholderData, refetch } = useLeaderboard(choice);
  const taskTypes = useTaskTypes();
  return (
    <Card
      flush
      title="Leaderboard"
      {...(className !== undefined && { className })}
      actions={
        <span className="hidden sm:inline">
          ranked by the success rate an agent has at least; under {FEW_SAMPLES} outcomes it says little
        </span>
      }
    >
      <LeaderboardFilters choice={choice} taskTypes={taskTypes} onChange={(change) => void setSearch(change)} />
      <div aria-busy={isPlaceholderData} className={cn("border-t border-line", isPlaceholderData && "opacity-60")}>
        {data === undefined ? (
          error ? (
            <ErrorState detail={error.message} onRetry={() => void refetch()} />
          ) : (
            <div role="status" aria-label="Loading the leaderboard" className="space-y-2 p-3">
              {Array.from({ length: 5 }, (_, row) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
                <Skeleton key={row} className="h-7" />
              ))}
            </div>
          )
        ) : data.items.length === 0 ? (
          <EmptyState
            icon={<Trophy />}
            title={choice.below === null ? "No agents yet" : "No agent is below the threshold"}
            {...(choice.below !== null && {
              action: <Button onClick={() => void setSearch({ below: null })}>Show all</Button>,
            })}
          />
        ) : (
          <Leaderboard rows={data.items} window={choice.window} />
        )}
        {data?.more && <p className="px-3.5 py-2 text-small text-muted">The first {data.items.length} are shown.</p>}
      </div>
    </Card>
  );
}
