import type { Metadata } from "next";
import type { AlertRow } from "../../../components/alerts/alert-model.ts";
import { AlertsScreen } from "../../../components/alerts/alerts-screen.tsx";
import type { AlertPage } from "../../../components/alerts/use-resolved-alerts.ts";
import { serverGet } from "../../server-fetch.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Alerts" };

interface PageProps {
  searchParams: Promise<{ status?: string | string[] }>;
}

export default async function Alerts({ searchParams }: PageProps) {
  const { status } = await searchParams;
  const [open, resolved] = await Promise.all([
    serverGetPages<AlertRow>("/alerts?status=firing,acknowledged,snoozed"),
    status === "resolved" ? serverGet<AlertPage>("/alerts?status=resolved&limit=50") : undefined,
  ]);
  return <AlertsScreen initial={open.items} resolved={resolved} />;
}
