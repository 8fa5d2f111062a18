import { ArrowDown, CornerDownRight, Flag, ListTree, Waypoints } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { ExplainedDecision } from "../../domain/agents/answers.ts";
import { agentHref, decisionHref, jobHref } from "../../domain/kernel/links.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { formatDuration } from "../ui/format.ts";
import { RelativeTime } from "../ui/time.tsx";
import type { Decision } from "./decision-filters.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";

/** The decision before it, its outcome, and the fallbacks after it. */
export function WhatNext({ decision }: { decision: ExplainedDecision }) {
  const { fallbacks, job } = decision.explanation;
  return (
    <Card title="What happened">
      <ol aria-label="What happened" className="space-y-3">
        {decision.fallbackOf && (
          <Step icon={<CornerDownRight />}>
            It falls back from{" "}
            <Link href={decisionHref(decision.fallbackOf)} className="link">
              an earlier decision
            </Link>{" "}
            about the same task.
          </Step>
        )}
        <Step icon={<Waypoints />} at={decision.routedAt}>
          Routed to <AgentLink agentKey={decision.selectedAgent} />
          {decision.routingDurationMs !== null && ` in ${formatDuration(decision.routingDurationMs)}`}.
        </Step>
        {decision.jobId && (
          <Step icon={<ListTree />} at={job?.finishedAt ?? null}>
            {job ? (
              <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-1">
                For job <JobLink runId={decision.runId} jobId={job.jobId} />
                <StatusBadge kind="job" status={job.status} />
                <span className="text-muted">
                  {job.attempt > 0 && `attempt ${job.attempt}`}
                  {job.claimedBy && ` by ${job.claimedBy}`}
                </span>
              </span>
            ) : (
              <>For job {decision.jobId}, which no longer exists.</>
            )}
          </Step>
        )}
        <Step icon={<Flag />} at={decision.outcomeAt}>
          <Outcome decision={decision} />
        </Step>
        {fallbacks.map((next) => (
          <Step key={next.id} icon={<ArrowDown />} at={next.routedAt}>
            <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-1">
              <Link href={decisionHref(next.id)} className="link">
                Fell back
              </Link>
              to <AgentLink agentKey={next.selectedAgent} />
              <OutcomeBadge decision={next} />
            </span>
            {next.errorMessage && <ErrorLine text={next.errorMessage} />}
          </Step>
        ))}
        {decision.success === false && fallbacks.length === 0 && (
          <li className="pl-7 text-muted">No fallback was tried.</li>
        )}
      </ol>
    </Card>
  );
}

function Step({ icon, at, children }: { icon: ReactNode; at?: string | null; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-start gap-x-2">
      <span aria-hidden className="mt-0.5 text-faint [&_svg]:size-4">
        {icon}
      </span>
      <div className="min-w-0">{children}</div>
      <span className="text-small text-muted">{at && <RelativeTime at={at} />}</span>
    </li>
  );
}

function Outcome({ decision }: { decision: Decision }) {
  const { success, durationMs, errorMessage, jobId } = decision;
  if (success === null) {
    return <span className="text-muted">{jobId ? "The job's attempts are its outcome." : "No outcome yet."}</span>;
  }
  return (
    <>
      <span className="inline-flex items-center gap-1.5">
        <OutcomeBadge decision={decision} />
        {durationMs !== null && <span className="tabular-nums">after {formatDuration(durationMs)}</span>}
      </span>
      {errorMessage && <ErrorLine text={errorMessage} />}
    </>
  );
}

function ErrorLine({ text }: { text: string }) {
  return (
    <pre className="mt-1 max-h-40 overflow-auto rounded bg-inset px-2 py-1 font-mono text-small break-words whitespace-pre-wrap">
      {text}
    </pre>
  );
}

function AgentLink({ agentKey }: { agentKey: string }) {
  return (
    <Link href={agentHref(agentKey)} className="font-medium hover:underline">
      {agentKey}
    </Link>
  );
}

function JobLink({ runId, jobId }: { runId: string | null; jobId: string }) {
  if (runId === null) return <code>{jobId}</code>;
  return (
    <Link href={jobHref(runId, jobId)} className="link font-mono text-small">
      {jobId}
    </Link>
  );
}
