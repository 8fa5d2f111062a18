"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { ExplainedDecision } from "../../domain/agents/answers.ts";
import { decisionsHref, runHref } from "../../domain/kernel/links.ts";
import { Badge } from "../ui/badge.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { useTitle } from "../ui/use-title.ts";
import { Candidates } from "./candidates.tsx";
import { Counterfactual } from "./counterfactual.tsx";
import { outcomeOf } from "./decision-filters.ts";
import { isFromElsewhere, whyChosen } from "./decision-words.ts";
import { OutcomeBadge, outcomeLabel } from "./outcome-badge.tsx";
import { useExplained } from "./use-explained.ts";
import { WhatNext } from "./what-next.tsx";

interface DecisionScreenProps {
  initial: ExplainedDecision;
  /** Position of the log at `initial`. */
  head: number;
}

/** Why an agent was picked for a task: all candidates, the outcome, and the runner-up. */
export function DecisionScreen({ initial, head }: DecisionScreenProps) {
  const decision = useExplained(initial, head);
  useTitle(`${decision.taskId} → ${decision.selectedAgent} (${outcomeLabel(outcomeOf(decision)).toLowerCase()})`);
  return (
    <>
      <nav aria-label="Breadcrumb" className="mb-1 text-small text-muted">
        <Link href="/routing" className="hover:underline">
          Routing
        </Link>
      </nav>
      <PageHeader
        title={`${decision.taskId} → ${decision.selectedAgent}`}
        badge={
          <>
            <OutcomeBadge decision={decision} />
            {isFromElsewhere(decision) && (
              <Badge title="Recorded by an orchestrator that decided by itself">made elsewhere</Badge>
            )}
          </>
        }
        actions={<CopyId id={decision.id} />}
      />
      <p className="mb-3 max-w-3xl text-lead">{whyChosen(decision)}</p>
      <Facts decision={decision} />
      <div className="mt-3 grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <Candidates decision={decision} />
        <div className="grid gap-3">
          <WhatNext decision={decision} />
          <Counterfactual decision={decision} />
        </div>
      </div>
    </>
  );
}

function Facts({ decision }: { decision: ExplainedDecision }) {
  const { taskId, taskType, requiredCapability, priority, runId, routedAt } = decision;
  const facts: [string, ReactNode][] = [
    ["Type of task", <InList key="type" name="taskType" value={taskType} />],
    ["Capability", requiredCapability ?? "any"],
    ["Priority", priority ?? (isFromElsewhere(decision) ? "unknown" : 0)],
    ["Try", (decision.retryAttempts ?? 0) + 1],
    ["Routed", <RelativeTime key="routed" at={routedAt} />],
    [
      "Run",
      runId === null ? (
        "none"
      ) : (
        <Link key="run" href={runHref(runId)} className="link font-mono text-small">
          {runId}
        </Link>
      ),
    ],
    [
      "Task",
      <Link key="task" href={decisionsHref({ task: taskId })} className="link">
        all its decisions
      </Link>,
    ],
  ];
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1.5 text-body">
      {facts.map(([name, value]) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 truncate">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function InList({ name, value }: { name: string; value: string }) {
  return (
    <Link href={decisionsHref({ [name]: value })} className="link">
      {value}
    </Link>
  );
}
