"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { eventsHref } from "../../domain/kernel/links.ts";
import { actorName } from "../alerts/alert-model.ts";
import { eventSummary } from "../events/event-line.ts";
import { toneOf } from "../events/event-look.ts";
import { api } from "../live/api.ts";
import { CopyId } from "../ui/copy-id.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { toneColor } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";

const MOST = 100;

/** The events of a row: what, who, when, and in which trace; refetched when the row changes. */
export function Audit({ kind, id, seq }: { kind: string; id: string; seq: number }) {
  const subject = `${kind}:${id}`;
  const { data, error, refetch } = useQuery({
    queryKey: ["audit", kind, id, seq],
    queryFn: ({ signal }) =>
      api.get(pathTo(eventEndpoints.list, { subject, order: "desc", limit: MOST, large: "omit" }), signal),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="Audit">
      <h3 className="mb-1.5 flex items-center justify-between text-small font-medium text-muted">
        Audit
        <Link href={eventsHref(kind, id)} className="link font-normal">
          In the log
        </Link>
      </h3>
      {error ? (
        <ErrorState detail={error.message} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton className="h-20 w-full" />
      ) : (
        <ol className="divide-y divide-line rounded-md border border-line">
          {data.items.map((event) => (
            <AuditLine key={event.seq} event={event} />
          ))}
          {data.items.length === 0 && <li className="px-2.5 py-2 text-small text-muted">Its events were deleted.</li>}
        </ol>
      )}
      {data?.nextCursor && <p className="mt-1 text-small text-muted">The newest {MOST}; the log has the rest.</p>}
    </section>
  );
}

function AuditLine({ event }: { event: LogEvent }) {
  const tone = toneOf(event);
  const summary = eventSummary(event);
  return (
    <li className="px-2.5 py-1.5 text-small">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium" style={tone ? { color: toneColor(tone) } : undefined}>
          {event.type}
        </span>
        <span className="min-w-0 break-words text-ink">{summary}</span>
        <span className="ml-auto text-muted">
          {actorName(event.actor)} · <RelativeTime at={event.at} />
        </span>
      </div>
      {event.traceId !== undefined && (
        <div className="flex min-w-0 items-center gap-1 text-faint">
          trace <CopyId id={event.traceId} className="min-w-0" />
        </div>
      )}
    </li>
  );
}
