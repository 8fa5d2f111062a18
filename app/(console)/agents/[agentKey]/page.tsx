import type { Metadata } from "next";
import { AgentScreen } from "../../../../components/agents/agent-screen.tsx";
import { HISTORY_TYPES } from "../../../../components/agents/breaker/breaker-history.ts";
import { RECENT_JOBS } from "../../../../components/agents/jobs-page.ts";
import { agentEndpoints } from "../../../../domain/agents/endpoints.ts";
import { alertEndpoints } from "../../../../domain/alerts/endpoints.ts";
import { eventEndpoints } from "../../../../domain/commit/endpoints.ts";
import { jobEndpoints } from "../../../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../../server-fetch.ts";

interface PageProps {
  params: Promise<{ agentKey: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).agentKey) };
}

export default async function Agent({ params }: PageProps) {
  const agentKey = decodeURIComponent((await params).agentKey);
  const newest = await serverGet(pathTo(eventEndpoints.list, { order: "desc", limit: 1, large: "omit" }));
  const head = newest.items[0]?.seq ?? 0;
  const history = pathTo(eventEndpoints.list, {
    large: "omit",
    subject: `agent:${agentKey}`,
    type: HISTORY_TYPES.join(","),
    order: "desc",
    limit: 100,
    before: head + 1,
  });
  const [agent, alerts, jobs, events, oldest] = await Promise.all([
    serverGet(pathTo(agentEndpoints.one, { id: agentKey })),
    serverGet(pathTo(alertEndpoints.list, { subject: agentKey, limit: 100, large: "omit" })),
    serverGet(pathTo(jobEndpoints.list, { agent: agentKey, limit: RECENT_JOBS, large: "omit" })),
    serverGet(history),
    serverGet(pathTo(eventEndpoints.list, { limit: 1, large: "omit" })),
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
