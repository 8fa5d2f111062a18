import type { Metadata } from "next";
import type { AgentItem } from "../../../../components/agents/agent-rows.ts";
import { AgentScreen } from "../../../../components/agents/agent-screen.tsx";
import { HISTORY_TYPES } from "../../../../components/agents/breaker/breaker-history.ts";
import { type JobPage, RECENT_JOBS } from "../../../../components/agents/jobs-page.ts";
import type { AlertRow } from "../../../../components/alerts/alert-model.ts";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { serverGet } from "../../../server-fetch.ts";

interface PageProps {
  params: Promise<{ agentKey: string }>;
}

interface EventPage {
  items: LogEvent[];
  nextCursor: string | null;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).agentKey) };
}

export default async function Agent({ params }: PageProps) {
  const agentKey = decodeURIComponent((await params).agentKey);
  const newest = await serverGet<EventPage>("/events?order=desc&limit=1&large=omit");
  const head = newest.items[0]?.seq ?? 0;
  const history = new URLSearchParams({
    large: "omit",
    subject: `agent:${agentKey}`,
    type: HISTORY_TYPES.join(","),
    order: "desc",
    limit: "100",
    before: String(head + 1),
  });
  const [agent, alerts, jobs, events, oldest] = await Promise.all([
    serverGet<AgentItem>(`/agents/${encodeURIComponent(agentKey)}`),
    serverGet<{ items: AlertRow[] }>(
      `/alerts?${new URLSearchParams({ subject: agentKey, limit: "100", large: "omit" })}`,
    ),
    serverGet<JobPage>(`/jobs?${new URLSearchParams({ agent: agentKey, limit: String(RECENT_JOBS), large: "omit" })}`),
    serverGet<EventPage>(`/events?${history}`),
    serverGet<EventPage>("/events?limit=1&large=omit"),
  ]);
  const first = oldest.items[0];
  return (
    <AgentScreen
      key={agentKey}
      initial={agent}
      alerts={alerts.items}
      jobs={jobs}
      history={{ items: events.items, hasOlder: events.nextCursor !== null, head }}
      logStart={first ? { seq: first.seq, at: first.at } : null}
    />
  );
}
