import type { Metadata } from "next";
import { loadEventFilter } from "../../../components/events/event-search.ts";
import { EventsScreen } from "../../../components/events/events-screen.tsx";
import { filterQuery } from "../../../components/live/feed.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Events" };

interface EventPage {
  items: LogEvent[];
  nextCursor: string | null;
}

interface EventsPageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function EventsPage({ searchParams }: EventsPageProps) {
  const filter = await loadEventFilter(searchParams);
  // The head is read before the page, so nothing is missed between them; what is in both has the same position.
  const newest = await serverGet<EventPage>("/events?order=desc&limit=1&large=omit");
  const head = newest.items[0]?.seq ?? 0;
  const query = filterQuery(filter);
  query.set("order", "desc");
  query.set("limit", "200");
  query.set("large", "omit");
  const { items, nextCursor } = await serverGet<EventPage>(`/events?${query}`);
  return <EventsScreen filter={filter} initial={{ items, hasOlder: nextCursor !== null, head }} />;
}
