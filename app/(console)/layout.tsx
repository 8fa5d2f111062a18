import type { ReactNode } from "react";
import { ALL_ALERTS, countsPath } from "../../components/alerts/inbox-filter.ts";
import { WAITING_PATH, type Waiting } from "../../components/approvals/waiting.ts";
import { Shell } from "../../components/shell/shell.tsx";
import type { Me } from "../../components/shell/user-menu.tsx";
import type { AlertCounts } from "../../domain/alerts/endpoints.ts";
import { pageTime, serverGet } from "../server-fetch.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [me, alerts, approvals, now] = await Promise.all([
    serverGet<Me>("/me"),
    serverGet<AlertCounts>(countsPath(ALL_ALERTS)),
    serverGet<Waiting>(WAITING_PATH),
    pageTime(),
  ]);
  return (
    <Shell me={me} alerts={alerts} waiting={{ total: approvals.total ?? 0 }} now={now}>
      {children}
    </Shell>
  );
}
