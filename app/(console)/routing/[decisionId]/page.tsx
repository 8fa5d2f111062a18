import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DecisionScreen } from "../../../../components/routing/decision-screen.tsx";
import type { ExplainedDecision } from "../../../../domain/agents/answers.ts";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
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
  const newest = await serverGet<{ items: LogEvent[] }>("/events?order=desc&limit=1&large=omit");
  const initial = await serverGet<ExplainedDecision>(`/routing/decisions/${encodeURIComponent(decisionId)}`);
  return <DecisionScreen key={decisionId} initial={initial} head={newest.items[0]?.seq ?? 0} />;
}
