"use client";

import { type FormEvent, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Label } from "../ui/label.tsx";
import { type ApprovalRow, parseWritten } from "./approval-model.ts";
import { useWholeApproval } from "./use-whole-approval.ts";

interface EditDialogProps {
  /** Null while it is closed. */
  approval: ApprovalRow | null;
  comment: string;
  onClose: () => void;
  onApprove: (edit: NonNullable<ApprovalRow["edit"]>, comment: string) => void;
}

/** Approves with another payload than the one asked for. */
export function EditDialog({ approval, ...rest }: EditDialogProps) {
  return (
    <Dialog
      open={approval !== null}
      onOpenChange={(open) => !open && rest.onClose()}
      title="Respond with an edit"
      description={approval?.title}
      className="w-[min(44rem,calc(100vw-2rem))]"
    >
      {approval && <WholeForm key={approval.id} approval={approval} {...rest} />}
    </Dialog>
  );
}

function WholeForm({ approval, ...rest }: EditDialogProps & { approval: ApprovalRow }) {
  const { payload, edit, loading, failed } = useWholeApproval(approval);
  if (failed) return <p className="mt-3 text-body text-danger">The payload could not be loaded.</p>;
  if (loading) return <p className="mt-3 text-body text-muted">The payload is being loaded…</p>;
  return <EditForm approval={{ ...approval, payload, edit }} {...rest} />;
}

function EditForm({ approval, comment: first, onClose, onApprove }: EditDialogProps & { approval: ApprovalRow }) {
  const [asked] = useState(() => JSON.stringify(approval.payload ?? {}, null, 2));
  const [text, setText] = useState(asked);
  const [comment, setComment] = useState(first);
  const [field, note, faultId] = [useId(), useId(), useId()];
  const written = parseWritten(text);
  const fault = "fault" in written ? written.fault : null;
  const unchanged = "value" in written && JSON.stringify(written.value) === JSON.stringify(approval.payload);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!("value" in written)) return;
    onApprove(written.value, comment.trim());
    onClose();
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-3">
      <div>
        <Label htmlFor={field}>Payload as it should be, JSON</Label>
        <Textarea
          id={field}
          value={text}
          onChange={(event) => setText(event.target.value)}
          rows={Math.min(18, Math.max(8, asked.split("\n").length + 1))}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={fault !== null}
          aria-describedby={faultId}
          className="font-mono text-small leading-5"
        />
        <p
          id={faultId}
          role="status"
          className={fault === null ? "min-h-5 text-small text-muted" : "min-h-5 text-small text-danger"}
        >
          {fault ?? (unchanged ? "As it was asked for." : "Differs from what was asked for.")}
        </p>
      </div>
      <div>
        <Label htmlFor={note}>Comment (optional)</Label>
        <Input
          id={note}
          value={comment}
          maxLength={4000}
          onChange={(event) => setComment(event.target.value)}
          className="w-full"
        />
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" onClick={() => setText(asked)} disabled={text === asked} className="mr-auto">
          Start over
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={fault !== null}>
          Approve with edit
        </Button>
      </div>
    </form>
  );
}
