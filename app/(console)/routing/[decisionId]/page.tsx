import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DecisionScreen } from "../../../../components/routing/decision-screen.tsx";
import { routingEndpoints } from "../../../../domain/agents/endpoints.ts";
import { eventEndpoints } from "../../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { id } from "../../../../domain/kernel/primitives.ts";
import { serverGet } from "../../../server-fetch.ts";

interface Props {
  params: Promise<{ decisionId: string }>;
}

export const metadata: Metadata = { title: "Decision" };

export default async function DecisionPage({ params }: Props) {
  const asked = id.safeParse(decodeURIComponent((await params).decisionId));
  if (!asked.success) notFound();
  const decisionId = asked.data;
  const newest = await serverGet(pathTo(eventEndpoints.list, { order: "desc", limit: 1, large: "omit" }));
  const initial = await serverGet(pathTo(routingEndpoints.one, { id: decisionId }));
  return <DecisionScreen key={decisionId} initial={initial} head={newest.items[0]?.seq ?? 0} />;
}
