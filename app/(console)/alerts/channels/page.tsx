import type { Metadata } from "next";
import type { DeliveryPage } from "../../../../components/alerts/channels/channel-model.ts";
import { ChannelsScreen } from "../../../../components/alerts/channels/channels-screen.tsx";
import { deliveriesPath, filterOf } from "../../../../components/alerts/channels/delivery-filter.ts";
import type { RuleList } from "../../../../components/alerts/rules/use-rules.ts";
import type { System } from "../../../../domain/kernel/answers.ts";
import type { Sent } from "../../../../domain/kernel/wire.ts";
import { serverGet } from "../../../server-fetch.ts";
import { serverGetPages } from "../../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Channels" };

interface PageProps {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Channels({ searchParams }: PageProps) {
  const path = deliveriesPath(filterOf(await searchParams));
  const [channels, rules, page, system] = await Promise.all([
    serverGetPages<Sent<"channel">>("/channels"),
    serverGet<RuleList>("/alert-rules"),
    serverGet<DeliveryPage>(path),
    serverGet<System>("/system"),
  ]);
  return <ChannelsScreen initial={channels.items} rules={rules} links={system.links} deliveries={{ path, page }} />;
}
