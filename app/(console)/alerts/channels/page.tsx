import type { Metadata } from "next";
import { ChannelsScreen } from "../../../../components/alerts/channels/channels-screen.tsx";
import { deliveriesPath, filterOf } from "../../../../components/alerts/channels/delivery-filter.ts";
import { ruleEndpoints } from "../../../../domain/alerts/endpoints.ts";
import { channelEndpoints } from "../../../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../../../domain/kernel/endpoints.ts";
import { serverGet } from "../../../server-fetch.ts";
import { serverGetPages } from "../../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Channels" };

interface PageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Channels({ searchParams }: PageProps) {
  const path = deliveriesPath(filterOf(await searchParams));
  const [channels, rules, page, system] = await Promise.all([
    serverGetPages(pathTo(channelEndpoints.list)),
    serverGet(pathTo(ruleEndpoints.list)),
    serverGet(path),
    serverGet(pathTo(overviewEndpoints.system)),
  ]);
  return <ChannelsScreen initial={channels.items} rules={rules} links={system.links} deliveries={{ path, page }} />;
}
