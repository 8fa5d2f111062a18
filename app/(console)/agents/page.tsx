import type { Metadata } from "next";
import type { AgentItem } from "../../../components/agents/agent-rows.ts";
import { AgentsScreen } from "../../../components/agents/agents-screen.tsx";
import type { AlertRow } from "../../../components/alerts/alert-model.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Agents" };

export default async function Agents() {
  const [agents, alerts] = await Promise.all([
    serverGetPages<AgentItem>("/agents"),
    serverGetPages<AlertRow>("/alerts?large=omit", 3),
  ]);
  return <AgentsScreen initial={agents.items} alerts={alerts.items} />;
}
