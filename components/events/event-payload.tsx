"use client";

import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import { isLean, useWhole } from "../live/whole.ts";
import { JsonTree } from "../ui/json-tree.tsx";

/** An event's payload as a tree; fetched when the list left out large values. */
export function EventPayload({ event }: { event: LogEvent }) {
  const { seq } = event;
  const path = pathTo(eventEndpoints.list, { after: seq - 1, before: seq + 1, limit: 1 });
  const { whole, loading, failed } = useWhole(isLean(event), path, seq);
  if (loading) return <p className="text-small text-muted">Loading the payload…</p>;
  return (
    <>
      {failed && (
        <p role="alert" className="text-small text-danger">
          The full payload could not be loaded; this is its beginning.
        </p>
      )}
      <JsonTree value={(whole?.items[0] ?? event).payload as Json} />
    </>
  );
}
