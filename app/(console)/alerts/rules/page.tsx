import type { Metadata } from "next";
import { RulesScreen } from "../../../../components/alerts/rules/rules-screen.tsx";
import { ruleEndpoints } from "../../../../domain/alerts/endpoints.ts";
import { channelEndpoints } from "../../../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../../server-fetch.ts";
import { serverGetPages } from "../../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Alert rules" };

export default async function AlertRules() {
  const [rules, channels] = await Promise.all([
    serverGet(pathTo(ruleEndpoints.list)),
    serverGetPages(pathTo(channelEndpoints.list)),
  ]);
  return <RulesScreen initial={rules} channels={channels.items} />;
}
