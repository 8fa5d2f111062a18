import type { ReactNode } from "react";
import { ALL_ALERTS, countsPath } from "../../components/alerts/inbox-filter.ts";
import { Shell } from "../../components/shell/shell.tsx";
import type { Me } from "../../components/shell/user-menu.tsx";
import type { AlertCounts } from "../../domain/answers.ts";
import type { Wire } from "../../domain/wire.ts";
import { pageTime, serverGet } from "../server-fetch.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [me, alerts, approvals, now] = await Promise.all([
    serverGet<Me>("/me"),
    serverGet<AlertCounts>(countsPath(ALL_ALERTS)),
    serverGet<{ items: Wire<"approval">[] }>("/approvals?status=pending&limit=100"),
    pageTime(),
  ]);
  return (
    <Shell me={me} alerts={alerts} approvals={approvals.items} now={now}>
      {children}
    </Shell>
  );
}
