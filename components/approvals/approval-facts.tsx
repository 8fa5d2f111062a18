"use client";

import { Users } from "lucide-react";
import Link from "next/link";
import { jobHref, runHref, taskHref } from "../../domain/kernel/links.ts";
import { actorName } from "../alerts/alert-model.ts";
import { Badge } from "../ui/badge.tsx";
import { useNow } from "../ui/now.ts";
import { Countdown, Duration, RelativeTime } from "../ui/time.tsx";
import { type ApprovalRow, offerOf } from "./approval-model.ts";
import { HeldJob } from "./held-job.tsx";

interface ApprovalFactsProps {
  approval: ApprovalRow;
  me: string;
  open: boolean;
  justDecided: boolean;
}

/** The lines below the title: what waits, who asked, how long there is, who has said what. */
export function ApprovalFacts({ approval, me, open, justDecided }: ApprovalFactsProps) {
  const { detail, runId, jobId, taskId, status, requiredApprovals, decisions } = approval;
  const waiting = status === "pending";
  const { note } = offerOf(approval, me, useNow());
  const given = decisions.filter(({ decision }) => decision === "approved").length;
  return (
    <div className="mt-0.5 space-y-1 pl-4">
      {detail && <p className="line-clamp-3 text-body break-words whitespace-pre-line text-muted">{detail}</p>}
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-muted">
        {jobId && runId && (open || justDecided) && <HeldJob approval={approval} runId={runId} jobId={jobId} />}
        {jobId && runId && !(open || justDecided) && (
          <span>
            For job{" "}
            <Link href={jobHref(runId, jobId)} className="link break-all">
              {jobId}
            </Link>
          </span>
        )}
        {runId && (
          <span>
            run{" "}
            <Link href={runHref(runId)} className="link break-all">
              {runId}
            </Link>
          </span>
        )}
        {taskId && (
          <span>
            task{" "}
            <Link href={taskHref(taskId)} className="link break-all">
              {taskId}
            </Link>
          </span>
        )}
        <span>
          asked by <span className="text-ink">{actorName(approval.requestedBy)}</span>{" "}
          <RelativeTime at={approval.createdAt} />
        </span>
        {waiting && approval.expiresAt && (
          <span>
            expires in <Countdown to={approval.expiresAt} className="font-medium text-ink" done="a moment" />
          </span>
        )}
        {!waiting && approval.decidedAt && (
          <span>
            {status} {approval.decidedBy && <>by {actorName(approval.decidedBy)} </>}
            <RelativeTime at={approval.decidedAt} /> after{" "}
            <Duration from={approval.createdAt} to={approval.decidedAt} />
          </span>
        )}
        {approval.consumedAt && (
          <span title="What is approved can be used once">
            used <RelativeTime at={approval.consumedAt} />
          </span>
        )}
      </p>
      {(requiredApprovals > 1 || note) && (
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-small text-muted">
          {requiredApprovals > 1 && (
            <Badge tone="review">
              <Users aria-hidden className="size-3" /> {given} of {requiredApprovals} approvals
            </Badge>
          )}
          {note}
        </p>
      )}
      {!waiting && approval.comment && (
        <p className="text-small break-words whitespace-pre-wrap text-ink">“{approval.comment}”</p>
      )}
    </div>
  );
}
