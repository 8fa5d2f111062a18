import type { Metadata } from "next";
import { OverviewScreen } from "../../components/overview/overview-screen.tsx";
import { agentEndpoints } from "../../domain/agents/endpoints.ts";
import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { serverGet } from "../server-fetch.ts";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const [summary, runs, agents, alerts] = await Promise.all([
    serverGet(pathTo(overviewEndpoints.summary)),
    serverGet(pathTo(runEndpoints.list, { limit: 12, large: "omit" })),
    serverGet(pathTo(agentEndpoints.list, { limit: 100 })),
    serverGet(pathTo(alertEndpoints.list, { limit: 100, large: "omit" })),
  ]);
  return <OverviewScreen summary={summary} runs={runs.items} agents={agents.items} alerts={alerts.items} />;
}
