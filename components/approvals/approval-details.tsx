"use client";

import Link from "next/link";
import { useId } from "react";
import { eventsHref } from "../../domain/kernel/links.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import { actorName } from "../alerts/alert-model.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Textarea } from "../ui/input.tsx";
import { JsonTree } from "../ui/json-tree.tsx";
import { Label } from "../ui/label.tsx";
import { useNow } from "../ui/now.ts";
import { RelativeTime } from "../ui/time.tsx";
import { useMoment } from "../ui/use-moment.ts";
import { type ApprovalRow, offerOf } from "./approval-model.ts";
import { useWholeApproval } from "./use-whole-approval.ts";

interface ApprovalDetailsProps {
  id: string;
  approval: ApprovalRow;
  me: string;
  comment: string;
  onComment: (comment: string) => void;
}

/** What is asked for in full, who has said what so far, and room for a comment. */
export function ApprovalDetails({ id, approval, me, comment, onComment }: ApprovalDetailsProps) {
  const moment = useMoment();
  const field = useId();
  const offer = offerOf(approval, me, useNow());
  const { decisions, expiresAt } = approval;
  const { payload, edit, loading, failed } = useWholeApproval(approval);
  return (
    <div id={id} className="space-y-3 px-4 pb-3.5 sm:pl-8">
      {loading && <p className="text-small text-muted">The payload is being loaded…</p>}
      {failed && (
        <p role="alert" className="text-small text-danger">
          The payload is large and could not be loaded. Open the approval again.
        </p>
      )}
      {payload !== null && <Payload title={edit === null ? "Payload" : "Payload as asked for"} value={payload} />}
      {edit !== null && <Payload title="Payload as edited" value={edit} />}
      {decisions.length > 0 && (
        <section aria-label="Decisions">
          <h3 className="mb-1 text-small font-medium text-muted">Decisions</h3>
          <ul className="space-y-1">
            {decisions.map((one) => (
              <li key={`${one.by} ${one.at}`} className="flex flex-wrap items-center gap-x-1.5 text-small text-muted">
                <StatusIcon kind="approval" status={one.decision} />
                <span className="font-medium text-ink">{actorName(one.by)}</span>
                {one.decision}
                {one.edit !== null && " with an edit"} <RelativeTime at={one.at} />
                {one.comment && <span className="text-ink">“{one.comment}”</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {(offer.approve || offer.reject) && (
        <div className="max-w-2xl">
          <Label htmlFor={field}>Comment (optional)</Label>
          <Textarea
            id={field}
            value={comment}
            onChange={(event) => onComment(event.target.value)}
            maxLength={4000}
            rows={2}
            placeholder="Goes into the log with your answer"
          />
        </div>
      )}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-small text-muted">
        <CopyId id={approval.id} />
        {expiresAt && <span>time limit {moment(expiresAt)}</span>}
        <Link href={eventsHref("approval", approval.id)} className="link">
          Its events
        </Link>
      </p>
    </div>
  );
}

function Payload({ title, value }: { title: string; value: Json }) {
  return (
    <section aria-label={title} className="max-w-3xl rounded-md border border-line bg-surface">
      <header className="flex items-center justify-between border-b border-line py-0.5 pr-1 pl-2.5">
        <h3 className="text-small font-medium text-muted">{title}</h3>
        <CopyButton label={`Copy the ${title.toLowerCase()}`} text={() => JSON.stringify(value, null, 2)} />
      </header>
      <JsonTree value={value} className="max-h-96 overflow-y-auto px-2 py-1.5" />
    </section>
  );
}
