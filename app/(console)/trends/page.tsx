import type { Metadata } from "next";
import { named } from "../../../components/trends/trends-model.ts";
import { TrendsScreen } from "../../../components/trends/trends-screen.tsx";
import { figureEndpoints } from "../../../domain/agents/endpoints.ts";
import { queueEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { pageTime, serverGet } from "../../server-fetch.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Trends" };

export default async function Trends() {
  const [agents, queues, types, now] = await Promise.all([
    serverGetPages(pathTo(figureEndpoints.leaderboard)),
    serverGetPages(pathTo(queueEndpoints.list)),
    serverGet(pathTo(figureEndpoints.taskTypes)),
    pageTime(),
  ]);
  return (
    <TrendsScreen
      agents={named(
        agents.items.map(({ agentKey, displayName, total }) => ({ id: agentKey, name: displayName, weight: total })),
      )}
      queues={queues.items.map(({ id, depth }) => ({ id, name: id, weight: depth }))}
      taskTypes={types.items}
      renderedAt={now}
    />
  );
}
