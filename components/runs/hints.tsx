"use client";

import { Info, OctagonX, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { CSSProperties, ReactNode } from "react";
import type { WaitReason } from "../../domain/execution/waiting-answers.ts";
import { untilPrefix } from "../../domain/execution/waiting-words.ts";
import { agentHref, approvalHref, jobHref, queueHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { Countdown } from "../ui/time.tsx";
import { diagnose } from "./timeline/engine/diagnose.ts";
import { jobLabel } from "./timeline/engine/model.ts";
import { useQueueWhy, useRunWhy, useWhy } from "./use-why.ts";

const LOOKS = {
  info: { icon: Info, tone: "var(--status-running)" },
  warning: { icon: TriangleAlert, tone: "var(--status-blocked)" },
  critical: { icon: OctagonX, tone: "var(--status-failed)" },
} as const;

interface HintsProps {
  jobs: ReadonlyMap<string, Wire<"job">>;
  onSelectJob: (jobId: string) => void;
}

/** Why the jobs of a run wait. Mount it while some wait. Approvals are in `RunApprovals`. */
export function RunHints({ run, jobs, onSelectJob }: HintsProps & { run: Wire<"run"> }) {
  const why = useRunWhy(run.runId, run.seq);
  // While a job of the run is running, jobs that only take their turn are not worth a hint.
  const isIdle = run.jobCounts.running === 0;
  const reasons = (why?.reasons ?? []).filter(
    ({ code, tone }) => code !== "approval" && (tone !== "info" || isIdle || code === "queue_full"),
  );
  if (reasons.length === 0) return null;
  return (
    <ul aria-label="Hints" className="space-y-1.5">
      {reasons.map((reason) => (
        <Note key={`${reason.code} ${reason.text}`} tone={reason.tone}>
          {reason.text}: {reason.count === 1 ? "1 job waits" : `${reason.count} jobs wait`}
          <Until reason={reason} />
          <Links reason={reason} jobIds={reason.jobIds.slice(0, 1)} jobs={jobs} onSelectJob={onSelectJob} />
        </Note>
      ))}
    </ul>
  );
}

/** Why a job waits: all causes, the deciding one first; or why it ended. */
export function JobHints({ job, jobs, onSelectJob }: HintsProps & { job: Wire<"job"> }) {
  const why = useWhy(job.jobId, job.seq);
  const reasons = why?.status === job.status ? why.reasons : [];
  const ended = diagnose(job, jobs);
  if (reasons.length + ended.length === 0) return null;
  return (
    <ul aria-label={reasons.length > 0 ? "Why it waits" : "Hints"} className="space-y-1.5">
      {reasons.map((reason) => (
        <Note key={`${reason.code} ${reason.text}`} tone={reason.tone}>
          <Text reason={reason} />
          <Links reason={reason} jobs={jobs} onSelectJob={onSelectJob} />
        </Note>
      ))}
      {ended.map(({ text, tone, agentKeys, jobIds }) => (
        <Note key={text} tone={tone}>
          {text}
          <span className="flex flex-wrap gap-x-3 empty:hidden">
            <Agents keys={agentKeys} />
            <Jobs ids={jobIds} jobs={jobs} onSelectJob={onSelectJob} />
          </span>
        </Note>
      ))}
    </ul>
  );
}

const NO_JOBS: HintsProps["jobs"] = new Map();

/**
 * The job of a queue that has been due the longest, and why it waits. `seq` is the queue's: a new
 * one refetches at once.
 */
export function QueueHints({ queue, seq }: { queue: string; seq: number }) {
  const oldest = useQueueWhy(queue, seq)?.oldest;
  if (!oldest) return null;
  return (
    <section aria-label="Why the oldest job waits" className="mb-3 space-y-1.5">
      <h2 className="text-body font-medium">
        Why{" "}
        <Link href={jobHref(oldest.runId, oldest.jobId)} className="link">
          {oldest.step ?? oldest.jobId}
        </Link>{" "}
        waits, the oldest of those that could start
      </h2>
      <ul className="space-y-1.5">
        {oldest.reasons.map((reason) => (
          <Note key={`${reason.code} ${reason.text}`} tone={reason.tone}>
            <Text reason={reason} />
            <Links reason={{ ...reason, queue: null }} jobs={NO_JOBS} onSelectJob={() => {}} />
          </Note>
        ))}
      </ul>
    </section>
  );
}

function Note({ tone: name, children }: { tone: WaitReason["tone"]; children: ReactNode }) {
  const { icon: Icon, tone } = LOOKS[name];
  return (
    <li
      style={{ "--tone": tone } as CSSProperties}
      className="flex items-start gap-2 rounded-lg border border-(--tone)/25 bg-[color-mix(in_oklab,var(--tone)_var(--tint),var(--surface))] px-2.5 py-1.5 text-body"
    >
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-(--tone)" />
      <span className="min-w-0 break-words text-ink">{children}</span>
    </li>
  );
}

/** The sentence, with the time left when the cause ends by itself. */
export function Text({ reason }: { reason: WaitReason }) {
  return (
    <>
      {reason.text}
      <Until reason={reason} />
    </>
  );
}

function Until({ reason: { code, until } }: { reason: WaitReason }) {
  if (until === null) return null;
  return (
    <>
      {untilPrefix(code)} <Countdown to={until} />
    </>
  );
}

interface LinksProps extends HintsProps {
  reason: WaitReason;
  jobIds?: readonly string[];
}

/** Links to what a cause is about. */
function Links({ reason, jobIds, jobs, onSelectJob }: LinksProps) {
  const { approvalId, queue, agents, jobs: parents } = reason;
  return (
    <span className="flex flex-wrap gap-x-3 empty:hidden">
      {approvalId && (
        <Link href={approvalHref(approvalId)} className="link">
          Decide
        </Link>
      )}
      {queue && (
        <Link href={queueHref(queue)} className="link">
          Queue {queue}
        </Link>
      )}
      <Agents keys={reason.code === "next" ? [] : agents} />
      {parents.slice(0, 5).map((parent) =>
        jobs.has(parent.jobId) ? null : (
          <Link key={parent.jobId} href={jobHref(parent.runId, parent.jobId)} className="link">
            {parent.step ?? parent.jobId}
          </Link>
        ),
      )}
      <Jobs
        ids={jobIds ?? parents.flatMap(({ jobId }) => (jobs.has(jobId) ? jobId : []))}
        jobs={jobs}
        onSelectJob={onSelectJob}
      />
    </span>
  );
}

function Agents({ keys }: { keys: readonly string[] }) {
  return keys.slice(0, 5).map((agentKey) => (
    <Link key={agentKey} href={agentHref(agentKey)} className="link">
      Agent {agentKey}
    </Link>
  ));
}

function Jobs({ ids, jobs, onSelectJob }: HintsProps & { ids: readonly string[] }) {
  return ids.slice(0, 5).map((jobId) => {
    const job = jobs.get(jobId);
    return (
      <button key={jobId} type="button" className="link" onClick={() => onSelectJob(jobId)}>
        {job ? jobLabel(job) : jobId}
      </button>
    );
  });
}
