import type { Metadata } from "next";
import { decisionsPath, loadDecisionFilters } from "../../../components/routing/decision-filters.ts";
import { RoutingScreen } from "../../../components/routing/routing-screen.tsx";
import { figureEndpoints } from "../../../domain/agents/endpoints.ts";
import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Routing" };

interface Props {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Routing({ searchParams }: Props) {
  const filters = await loadDecisionFilters(searchParams);
  // The head is read before the page, so nothing is missed between them; what is in both has the
  // same id.
  const newest = await serverGet(pathTo(eventEndpoints.list, { order: "desc", limit: 1, large: "omit" }));
  const [initial, types] = await Promise.all([
    serverGet(decisionsPath(filters, null)),
    serverGet(pathTo(figureEndpoints.taskTypes)),
  ]);
  return (
    <RoutingScreen
      initial={initial}
      initialFilters={filters}
      taskTypes={types.items}
      head={newest.items[0]?.seq ?? 0}
    />
  );
}
