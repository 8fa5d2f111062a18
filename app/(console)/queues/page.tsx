import type { Metadata } from "next";
import { QueuesScreen } from "../../../components/queues/queues-screen.tsx";
import { queueEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Queues" };

export default async function Queues() {
  const { items, nextCursor } = await serverGetPages(pathTo(queueEndpoints.list));
  return <QueuesScreen initial={items} cut={nextCursor !== null} />;
}
