import type { Metadata } from "next";
import { AgentsScreen } from "../../../components/agents/agents-screen.tsx";
import { agentEndpoints } from "../../../domain/agents/endpoints.ts";
import { alertEndpoints } from "../../../domain/alerts/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Agents" };

export default async function Agents() {
  const [agents, alerts] = await Promise.all([
    serverGetPages(pathTo(agentEndpoints.list)),
    serverGetPages(pathTo(alertEndpoints.list, { large: "omit" }), 3),
  ]);
  return <AgentsScreen initial={agents.items} alerts={alerts.items} />;
}
