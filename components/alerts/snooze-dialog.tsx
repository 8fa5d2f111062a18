"use client";

import { useEffect, useRef } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { formatLocal, zoneName } from "../ui/local-time.ts";
import { serverNow } from "../ui/now.ts";
import { cursorItem } from "./cursor-item.ts";
import { endWords, SNOOZES, type SnoozeTerms } from "./snooze.ts";

interface SnoozeDialogProps {
  /** What is to sleep, for the dialog's head; null while it is closed. */
  subject: string | null;
  onClose: () => void;
  onSnooze: (terms: SnoozeTerms) => void;
}

/** For how long? By a click, by the number, or by the arrows and Enter. */
export function SnoozeDialog({ subject, onClose, onSnooze }: SnoozeDialogProps) {
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Snooze"
      description={subject}
      lastFocus={cursorItem}
      className="w-[min(22rem,calc(100vw-2rem))]"
    >
      <Choices
        onChoose={(terms) => {
          onClose();
          onSnooze(terms);
        }}
      />
    </Dialog>
  );
}

function Choices({ onChoose }: { onChoose: (terms: SnoozeTerms) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const choice = SNOOZES[Number(event.key) - 1];
      if (choice) {
        event.preventDefault();
        choose.current(choice.terms(serverNow()));
        return;
      }
      const by = ["ArrowDown", "j"].includes(event.key) ? 1 : ["ArrowUp", "k"].includes(event.key) ? -1 : 0;
      if (by === 0) return;
      event.preventDefault();
      const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
      const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
      buttons.at(at < 0 && by > 0 ? 0 : (Math.max(at, 0) + by) % buttons.length)?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <div ref={list} className="mt-3 space-y-1">
      {SNOOZES.map(({ id, label, terms }, index) => (
        <Button
          key={id}
          variant="ghost"
          onClick={() => onChoose(terms(serverNow()))}
          className="w-full justify-between! text-ink pointer-coarse:min-h-11"
        >
          <span className="flex flex-wrap items-baseline gap-x-2">
            {label}
            {id === "tomorrow" && (
              <span className="text-small text-muted">{endWords(terms(serverNow()), formatLocal, zoneName())}</span>
            )}
          </span>
          <Kbd>{index + 1}</Kbd>
        </Button>
      ))}
      <p className="px-2 pt-2 text-small text-muted">
        A time holds until then, also when the alert ends and comes back. The last two end with the alert.
      </p>
    </div>
  );
}
