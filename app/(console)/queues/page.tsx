import type { Metadata } from "next";
import type { QueueItem } from "../../../components/queues/queue-model.ts";
import { QueuesScreen } from "../../../components/queues/queues-screen.tsx";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Queues" };

export default async function Queues() {
  const { items, nextCursor } = await serverGetPages<QueueItem>("/queues");
  return <QueuesScreen initial={items} cut={nextCursor !== null} />;
}
