import type { ReactNode } from "react";
import { Shell } from "../../components/shell/shell.tsx";
import type { Me } from "../../components/shell/user-menu.tsx";
import type { Wire } from "../../domain/wire.ts";
import { serverGet } from "../server-fetch.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [me, alerts, approvals] = await Promise.all([
    serverGet<Me>("/me"),
    serverGet<{ items: Wire<"alert">[] }>("/alerts?limit=100"),
    serverGet<{ items: Wire<"approval">[] }>("/approvals?status=pending&limit=100"),
  ]);
  return (
    <Shell me={me} alerts={alerts.items} approvals={approvals.items}>
      {children}
    </Shell>
  );
}
