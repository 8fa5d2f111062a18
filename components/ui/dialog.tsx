"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { cn } from "./cn.ts";
import { Textarea } from "./input.tsx";
import { Label } from "./label.tsx";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** What gets the focus when it closes; left out: what had it before. */
  lastFocus?: (() => HTMLElement | null) | undefined;
  children?: ReactNode;
  className?: string;
}

/** A modal dialog: keeps the focus, closes by Escape or a click outside. */
export function Dialog({ open, onOpenChange, title, description, lastFocus, children, className }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  // What is to be filled in first, else the dialog itself; not the button that closes it.
  const firstFocus = () =>
    popup.current?.querySelector<HTMLElement>("input, textarea, [role=combobox]") ?? popup.current;
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="backdrop fixed inset-0 z-40" />
        <Base.Popup
          ref={popup}
          tabIndex={-1}
          initialFocus={firstFocus}
          {...(lastFocus && { finalFocus: lastFocus })}
          className={cn(
            "popup outline-none fixed top-[12vh] left-1/2 z-50 max-h-[76vh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 overflow-auto p-4",
            className,
          )}
        >
          <div className="flex items-start justify-between gap-3">
            <Base.Title className="text-lead leading-6 font-semibold">{title}</Base.Title>
            <Base.Close
              render={
                <IconButton label="Close" size="sm">
                  <X aria-hidden className="size-4" />
                </IconButton>
              }
            />
          </div>
          {description && <Base.Description className="mt-1 text-body text-muted">{description}</Base.Description>}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** What the confirming button says. */
  confirm: string;
  danger?: boolean;
  /** Whether to ask for a reason: `required` keeps the button shut until there is one. */
  reason?: "none" | "optional" | "required";
  /** Further fields, above the reason. */
  children?: ReactNode;
  /**
   * Gets the trimmed reason (empty when none was given). The dialog closes when it resolves, unless
   * with `false`.
   */
  onConfirm: (reason: string) => unknown;
}

/** Asks before something that matters, with a field for why. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, description } = props;
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      <ConfirmForm {...props} />
    </Dialog>
  );
}

function ConfirmForm({
  confirm,
  danger,
  reason: asks = "none",
  children,
  onConfirm,
  onOpenChange,
}: ConfirmDialogProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useId();
  const missing = asks === "required" && reason.trim() === "";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (missing || busy) return;
    setBusy(true);
    try {
      if ((await onConfirm(reason.trim())) !== false) onOpenChange(false);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} className="mt-3 space-y-3">
      {children}
      {asks !== "none" && (
        <div>
          <Label htmlFor={field}>Reason{asks === "optional" && " (optional)"}</Label>
          <Textarea
            id={field}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            maxLength={4000}
            rows={3}
            required={asks === "required"}
            placeholder="Written to the log"
          />
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Keep as is</Button>
        <Button type="submit" variant={danger ? "danger" : "primary"} busy={busy} disabled={missing}>
          {confirm}
        </Button>
      </div>
    </form>
  );
}
