import type { Metadata } from "next";
import { loadEventFilter } from "../../../components/events/event-search.ts";
import { EventsScreen } from "../../../components/events/events-screen.tsx";
import { filterQuery } from "../../../components/live/feed.ts";
import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Events" };

interface EventsPageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function EventsPage({ searchParams }: EventsPageProps) {
  const filter = await loadEventFilter(searchParams);
  // The head is read before the page, so nothing is missed between them; what is in both has the
  // same position.
  const newest = await serverGet(pathTo(eventEndpoints.list, { order: "desc", limit: 1, large: "omit" }));
  const head = newest.items[0]?.seq ?? 0;
  const asked = { ...filterQuery(filter), order: "desc", limit: 200, large: "omit" } as const;
  const { items, nextCursor } = await serverGet(pathTo(eventEndpoints.list, asked));
  return <EventsScreen filter={filter} initial={{ items, hasOlder: nextCursor !== null, head }} />;
}
