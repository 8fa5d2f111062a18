import type { Metadata } from "next";
import { AlertsScreen } from "../../../components/alerts/alerts-screen.tsx";
import { countsPath, inboxPath } from "../../../components/alerts/inbox-filter.ts";
import { loadInboxFilter } from "../../../components/alerts/inbox-search.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Alerts" };

interface PageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Alerts({ searchParams }: PageProps) {
  const filter = await loadInboxFilter(searchParams);
  const [page, counts] = await Promise.all([serverGet(inboxPath(filter, null)), serverGet(countsPath(filter))]);
  return <AlertsScreen initial={page} initialCounts={counts} initialFilter={filter} />;
}
