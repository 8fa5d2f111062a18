"use client";

import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { HOLDS } from "../ui/expiry.ts";
import { Textarea } from "../ui/input.tsx";
import { Label } from "../ui/label.tsx";
import { Select } from "../ui/select.tsx";
import type { AckTerms } from "./alert-actions.ts";
import { cursorItem } from "./cursor-item.ts";

interface NoteDialogProps {
  /** What is acknowledged, for the dialog's head; null while it is closed. */
  subject: string | null;
  onClose: () => void;
  onAcknowledge: (terms: AckTerms) => void;
}

/** Acknowledges with a note, and for a time only if asked; Ctrl or Command with Enter sends it. */
export function NoteDialog({ subject, onClose, onAcknowledge }: NoteDialogProps) {
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Acknowledge with note"
      description={subject}
      lastFocus={cursorItem}
    >
      <NoteForm onClose={onClose} onAcknowledge={onAcknowledge} />
    </Dialog>
  );
}

function NoteForm({ onClose, onAcknowledge }: Omit<NoteDialogProps, "subject">) {
  const [note, setNote] = useState("");
  const [hold, setHold] = useState("0");
  const field = useId();
  const send = () => {
    onAcknowledge({ note: note.trim(), holdMs: Number(hold) });
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-3">
      <div>
        <Label htmlFor={field}>Note</Label>
        <Textarea
          id={field}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={onKeyDown}
          maxLength={4000}
          rows={3}
          placeholder="What you know, what you are doing about it"
        />
      </div>
      <div>
        <span className="mb-1 block text-small font-medium text-muted">Fires again if still true after</span>
        <Select
          label="Fires again if still true after"
          value={hold}
          options={HOLDS.map(({ ms, label }) => ({ value: String(ms), label: ms === 0 ? "Never by itself" : label }))}
          onValueChange={setHold}
          className="w-full"
        />
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary">
          Acknowledge
        </Button>
      </div>
    </form>
  );
}
