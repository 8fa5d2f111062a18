import type { Metadata } from "next";
import { RulesScreen } from "../../../../components/rules/rules-screen.tsx";
import type { RuleList } from "../../../../components/rules/use-rules.ts";
import { serverGet } from "../../../server-fetch.ts";

export const metadata: Metadata = { title: "Alert rules" };

export default async function AlertRules() {
  return <RulesScreen initial={await serverGet<RuleList>("/alert-rules")} />;
}
