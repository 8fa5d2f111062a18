"use client";

import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Textarea } from "../ui/input.tsx";
import { cursorItem } from "./cursor-item.ts";

interface WordsFormProps {
  label: string;
  placeholder: string;
  /** What the button says. */
  confirm: string;
  required?: boolean;
  onWords: (words: string) => void;
  onCancel?: () => void;
}

/** A field for some words; Ctrl or Command with Enter sends them. */
export function WordsForm({ label, placeholder, confirm, required = false, onWords, onCancel }: WordsFormProps) {
  const [words, setWords] = useState("");
  const field = useId();
  const missing = required && words.trim() === "";
  const send = () => {
    if (missing) return;
    onWords(words.trim());
    setWords("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-2">
      <label htmlFor={field} className="block text-small font-medium text-muted">
        {label}
      </label>
      <Textarea
        id={field}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
        maxLength={2000}
        rows={2}
        placeholder={placeholder}
      />
      <div className="flex justify-end gap-2">
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button type="submit" variant={onCancel ? "primary" : "secondary"} disabled={missing}>
          {confirm}
        </Button>
      </div>
    </form>
  );
}

interface WordsDialogProps extends Omit<WordsFormProps, "onCancel"> {
  title: string;
  /** What it is about, for the dialog's head; null while it is closed. */
  subject: string | null;
  onClose: () => void;
}

/** Asks for some words before something is done. */
export function WordsDialog({ title, subject, onClose, onWords, ...form }: WordsDialogProps) {
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={subject}
      lastFocus={cursorItem}
    >
      <WordsForm
        {...form}
        onCancel={onClose}
        onWords={(words) => {
          onClose();
          onWords(words);
        }}
      />
    </Dialog>
  );
}
