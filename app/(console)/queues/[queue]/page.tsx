import type { Metadata } from "next";
import { type DeadLetterPage, deadLettersPath, type QueueItem } from "../../../../components/queues/queue-model.ts";
import { QueueScreen } from "../../../../components/queues/queue-screen.tsx";
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
    serverGet<QueueItem>(`/queues/${encodeURIComponent(queue)}`),
    serverGet<DeadLetterPage>(deadLettersPath(queue)),
  ]);
  return <QueueScreen initial={initial} deadLetters={deadLetters} />;
}
