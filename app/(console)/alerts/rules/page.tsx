import type { Metadata } from "next";
import { RulesScreen } from "../../../../components/alerts/rules/rules-screen.tsx";
import type { RuleList } from "../../../../components/alerts/rules/use-rules.ts";
import type { Sent } from "../../../../domain/kernel/wire.ts";
import { serverGet } from "../../../server-fetch.ts";
import { serverGetPages } from "../../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Alert rules" };

export default async function AlertRules() {
  const [rules, channels] = await Promise.all([
    serverGet<RuleList>("/alert-rules"),
    serverGetPages<Sent<"channel">>("/channels"),
  ]);
  return <RulesScreen initial={rules} channels={channels.items} />;
}
