"use client";

import { useMemo } from "react";
import { actorName } from "../../alerts/alert-model.ts";
import type { LogView } from "../../live/use-log.ts";
import { StatusIcon } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { RelativeTime } from "../../ui/time.tsx";
import { useMoment } from "../../ui/use-moment.ts";
import { historyOf } from "./breaker-history.ts";

/** The transitions and changed settings of an agent's breaker, newest first. */
export function HistoryList({ log }: { log: LogView }) {
  const moment = useMoment();
  const entries = useMemo(
    () =>
      historyOf(
        log.rows.flatMap((row) => (row.kind === "event" ? [row.event] : [])),
        moment,
      ),
    [log.rows, moment],
  );
  return (
    <Card title="Breaker history" flush>
      {entries.length === 0 && <p className="p-3.5 text-body text-muted">This breaker has no history yet.</p>}
      {entries.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        <ol aria-label="Breaker history" tabIndex={0} className="max-h-96 overflow-y-auto">
          {entries.map(({ seq, at, by, state, title, detail }) => (
            <li key={seq} className="flex gap-2.5 border-b border-line px-3.5 py-2 last:border-b-0">
              <span className="mt-0.5 w-3.5 shrink-0">{state && <StatusIcon kind="breaker" status={state} />}</span>
              <div className="min-w-0 flex-1 text-body">
                <span className="font-medium">{title}</span>
                {by !== null && <span className="text-muted"> by {actorName(by)}</span>}
                {detail && <p className="line-clamp-2 text-small break-words text-muted">{detail}</p>}
              </div>
              <RelativeTime at={at} className="text-small text-muted" />
            </li>
          ))}
        </ol>
      )}
      {log.error && (
        <p role="alert" className="border-t border-line p-3.5 text-body text-danger">
          Older entries could not be loaded: {log.error.detail}
        </p>
      )}
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
