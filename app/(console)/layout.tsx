import type { ReactNode } from "react";
import { ALL_ALERTS, countsPath } from "../../components/alerts/inbox-filter.ts";
import { WAITING_PATH } from "../../components/approvals/waiting.ts";
import { Shell } from "../../components/shell/shell.tsx";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { accountEndpoints } from "../../domain/kernel/endpoints.ts";
import { pageTime, serverGet } from "../server-fetch.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [me, alerts, approvals, now] = await Promise.all([
    serverGet(pathTo(accountEndpoints.me)),
    serverGet(countsPath(ALL_ALERTS)),
    serverGet(WAITING_PATH),
    pageTime(),
  ]);
  return (
    <Shell me={me} alerts={alerts} waiting={{ total: approvals.total ?? 0 }} now={now}>
      {children}
    </Shell>
  );
}
