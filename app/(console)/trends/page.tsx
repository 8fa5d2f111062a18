import type { Metadata } from "next";
import type { QueueItem } from "../../../components/queues/queue-model.ts";
import { named } from "../../../components/trends/trends-model.ts";
import { TrendsScreen } from "../../../components/trends/trends-screen.tsx";
import type { Standing } from "../../../domain/agents/answers.ts";
import { pageTime, serverGet } from "../../server-fetch.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Trends" };

export default async function Trends() {
  const [agents, queues, types, now] = await Promise.all([
    serverGetPages<Standing>("/leaderboard"),
    serverGetPages<QueueItem>("/queues"),
    serverGet<{ items: string[] }>("/task-types"),
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
