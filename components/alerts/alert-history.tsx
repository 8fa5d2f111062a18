"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { toneOf } from "../events/event-look.ts";
import { api } from "../live/api.ts";
import { Button } from "../ui/button.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { toneColor } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import { useMoment } from "../ui/use-moment.ts";
import type { AlertRow } from "./alert-model.ts";
import { HISTORY_TYPES, historyText } from "./history-text.ts";

const SHOWN = 50;

/** What has happened to the alert, the latest first, as the log has it. */
export function AlertHistory({ alert }: { alert: AlertRow }) {
  // Every change of the alert is an event: its position says when to read again.
  const history = useQuery({
    queryKey: ["alerts", "history", alert.id, alert.seq],
    queryFn: ({ signal }) => {
      const path = pathTo(eventEndpoints.list, {
        subject: `alert:${alert.id}`,
        type: HISTORY_TYPES.join(","),
        order: "desc",
        limit: SHOWN,
        large: "omit",
      });
      return api.get(path, signal);
    },
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="History">
      <h3 className="text-small font-semibold text-muted">History</h3>
      {history.isPending && <Skeleton className="mt-2 h-16" />}
      {history.isError && (
        <p role="alert" className="mt-2 flex items-center gap-2 text-body text-muted">
          {history.error.message}
          <Button size="sm" onClick={() => void history.refetch()}>
            Try again
          </Button>
        </p>
      )}
      <ol className="mt-2 space-y-2">
        {history.data?.items.map((event) => (
          <Entry key={event.seq} event={event} />
        ))}
      </ol>
      {history.data?.items.length === 0 && (
        <p className="text-body text-muted">The log does not go back as far as this alert.</p>
      )}
      {history.data?.nextCursor && <p className="mt-2 text-small text-muted">What is older is on the Events page.</p>}
    </section>
  );
}

function Entry({ event }: { event: LogEvent }) {
  const { what, by, words } = historyText(event, useMoment());
  const tone = toneOf(event);
  return (
    <li className="flex gap-2.5 text-body">
      <span
        aria-hidden
        className="mt-[7px] size-2 shrink-0 rounded-full bg-line-strong"
        style={tone ? { background: toneColor(tone) } : undefined}
      />
      <div className="min-w-0 flex-1">
        <p>
          {what}
          {by && (
            <>
              {" "}
              by <span className="font-medium">{by}</span>
            </>
          )}
        </p>
        {words && <p className="break-words whitespace-pre-wrap text-muted">“{words}”</p>}
      </div>
      <RelativeTime at={event.at} className="text-small text-muted" />
    </li>
  );
}
