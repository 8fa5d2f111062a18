"use client";

import { Check, PencilLine, X } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { useNow } from "../ui/now.ts";
import { type ApprovalRow, offerOf } from "./approval-model.ts";

interface AnswerButtonsProps {
  approval: ApprovalRow;
  me: string;
  onApprove: (approval: ApprovalRow) => void;
  onReject: (approval: ApprovalRow) => void;
  onEdit: (approval: ApprovalRow) => void;
}

const TALL = "max-sm:flex-1 pointer-coarse:min-h-11";

/** What can be answered; what cannot is not there, and the approval says why. */
export function AnswerButtons({ approval, me, onApprove, onReject, onEdit }: AnswerButtonsProps) {
  const offer = offerOf(approval, me, useNow());
  const waits = approval.pending === true;
  if (!offer.approve && !offer.reject && !offer.edit) return null;
  return (
    <div className="flex shrink-0 flex-wrap gap-1.5">
      <Changes>
        {offer.edit && (
          <Button disabled={waits} onClick={() => onEdit(approval)} className={`${TALL} max-sm:basis-full`}>
            <PencilLine aria-hidden className="size-3.5" /> Respond with edit…
          </Button>
        )}
        {offer.reject && (
          <Button variant="danger" disabled={waits} onClick={() => onReject(approval)} className={TALL}>
            <X aria-hidden className="size-3.5" /> Reject
          </Button>
        )}
        {offer.approve && (
          <Button variant="primary" disabled={waits} onClick={() => onApprove(approval)} className={TALL}>
            <Check aria-hidden className="size-3.5" /> Approve
          </Button>
        )}
      </Changes>
    </div>
  );
}
