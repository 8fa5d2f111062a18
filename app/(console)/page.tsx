import type { Metadata } from "next";
import type { AgentItem } from "../../components/agents/agent-rows.ts";
import { OverviewScreen } from "../../components/overview/overview-screen.tsx";
import type { Summary } from "../../domain/kernel/answers.ts";
import type { Listed, Wire } from "../../domain/kernel/wire.ts";
import { serverGet } from "../server-fetch.ts";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const [summary, runs, agents, alerts] = await Promise.all([
    serverGet<Summary>("/summary"),
    serverGet<{ items: Listed<"run">[] }>("/runs?limit=12&large=omit"),
    serverGet<{ items: AgentItem[] }>("/agents?limit=100"),
    serverGet<{ items: Wire<"alert">[] }>("/alerts?limit=100&large=omit"),
  ]);
  return <OverviewScreen summary={summary} runs={runs.items} agents={agents.items} alerts={alerts.items} />;
}
