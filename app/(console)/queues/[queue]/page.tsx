import type { Metadata } from "next";
import { deadLettersPath } from "../../../../components/queues/queue-model.ts";
import { QueueScreen } from "../../../../components/queues/queue-screen.tsx";
import { queueEndpoints } from "../../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../../server-fetch.ts";

interface PageProps {
  params: Promise<{ queue: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Queue ${decodeURIComponent((await params).queue)}` };
}

export default async function QueuePage({ params }: PageProps) {
  const queue = decodeURIComponent((await params).queue);
  const [initial, deadLetters] = await Promise.all([
    serverGet(pathTo(queueEndpoints.one, { id: queue })),
    serverGet(deadLettersPath(queue)),
  ]);
  return <QueueScreen initial={initial} deadLetters={deadLetters} />;
}
