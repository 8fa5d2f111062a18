"use client";

import { formatPlural } from "../ui/format.ts";
import type { AlertCommands } from "./alert-actions.ts";
import type { Ask } from "./alert-item.tsx";
import type { AlertRow } from "./alert-model.ts";
import { NoteDialog } from "./note-dialog.tsx";
import { SnoozeDialog } from "./snooze-dialog.tsx";
import { WordsDialog } from "./words-dialog.tsx";

/** What is being asked before something is done, and to whom. */
export interface Asking {
  what: Ask;
  alerts: readonly AlertRow[];
}

interface AlertDialogsProps {
  asking: Asking | null;
  commands: AlertCommands;
  onClose: () => void;
  /** Something has been done to those asked about. */
  onDone: () => void;
}

/** The dialogs of the list; at most one is open. */
export function AlertDialogs({ asking, commands, onClose, onDone }: AlertDialogsProps) {
  const alerts = asking?.alerts ?? [];
  const [only] = alerts;
  const name = alerts.length === 1 ? (only?.title ?? "") : formatPlural(alerts.length, "alert");
  const subjectOf = (what: Ask) => (asking?.what === what ? name : null);
  return (
    <>
      <NoteDialog
        subject={subjectOf("note")}
        onClose={onClose}
        onAcknowledge={(terms) => {
          commands.acknowledge(alerts, terms);
          onDone();
        }}
      />
      <SnoozeDialog
        subject={subjectOf("snooze")}
        onClose={onClose}
        onSnooze={(terms) => {
          commands.snooze(alerts, terms);
          onDone();
        }}
      />
      <WordsDialog
        title="Resolve"
        subject={subjectOf("resolve")}
        label="Why it is over (optional)"
        placeholder="If its condition still holds, it fires again within seconds"
        confirm="Resolve"
        onClose={onClose}
        onWords={(note) => {
          commands.resolve(alerts, note);
          onDone();
        }}
      />
      <WordsDialog
        title="Comment"
        subject={subjectOf("comment")}
        label="Comment"
        placeholder="What you know, for the next person"
        confirm="Comment"
        required
        onClose={onClose}
        onWords={(text) => only && void commands.comment(only, text)}
      />
    </>
  );
}
