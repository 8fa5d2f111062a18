"use client";

import { useMemo } from "react";
import { actorName } from "../alerts/alert-model.ts";
import { type LogPage, useLog } from "../live/use-log.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { HISTORY_TYPES, historyOf } from "./breaker-history.ts";

/** What a breaker went through, newest first, live. Give it another `key` for another agent. */
export function HistoryList({ agentKey, initial }: { agentKey: string; initial: LogPage }) {
  const log = useLog({ types: HISTORY_TYPES, subject: `agent:${agentKey}`, runId: null }, initial);
  const entries = useMemo(
    () => historyOf(log.rows.flatMap((row) => (row.kind === "event" ? [row.event] : []))),
    [log.rows],
  );
  return (
    <Card title="Breaker history" flush>
      {entries.length === 0 && (
        <p className="p-3.5 text-[13px] text-muted">Nothing has happened to this breaker yet.</p>
      )}
      <ol aria-label="Breaker history" className="max-h-96 overflow-y-auto">
        {entries.map(({ seq, at, by, state, title, detail }) => (
          <li key={seq} className="flex gap-2.5 border-b border-line px-3.5 py-2 last:border-b-0">
            <span className="mt-0.5 w-3.5 shrink-0">{state && <StatusIcon kind="breaker" status={state} />}</span>
            <div className="min-w-0 flex-1 text-[13px]">
              <span className="font-medium">{title}</span>
              {by !== null && <span className="text-muted"> by {actorName(by)}</span>}
              {detail && <p className="line-clamp-2 text-[12px] break-words text-muted">{detail}</p>}
            </div>
            <RelativeTime at={at} className="text-[12px] text-muted" />
          </li>
        ))}
      </ol>
      {log.hasOlder && (
        <div className="border-t border-line p-2">
          <Button variant="ghost" size="sm" busy={log.loading} onClick={log.loadOlder}>
            Load older
          </Button>
        </div>
      )}
    </Card>
  );
}
