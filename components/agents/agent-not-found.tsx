"use client";

import { SearchX } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { buttonClass } from "../ui/button-class.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { useTitle } from "../ui/use-title.ts";

/** No agent has the key in the URL. */
export function AgentNotFound() {
  const { agentKey } = useParams<{ agentKey?: string }>();
  const key = agentKey === undefined ? null : decodeURIComponent(agentKey);
  useTitle("No such agent");
  return (
    <EmptyState
      icon={<SearchX />}
      title={key === null ? "There is no such agent" : `There is no agent ${key}`}
      className="py-24"
      action={
        <Link href="/agents" className={buttonClass("secondary", "md", "mt-1")}>
          All agents
        </Link>
      }
    >
      An agent is created when it first acts. The key may be mistyped, or the agent belongs to another tenant.
    </EmptyState>
  );
}
