"use client";

import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-id.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { VerifySnippet } from "./verify-snippet.tsx";

/** A secret that has just been made. */
export interface NewSecret {
  secret: string;
  channel: string;
  /** Whether it replaces another, which signs too for a while. */
  rotated: boolean;
}

/** Shows a secret once: it closes only after the reader has confirmed to have stored it. */
export function SecretDialog({ shown, onStored }: { shown: NewSecret | null; onStored: () => void }) {
  const [warned, setWarned] = useState(false);
  const stored = () => {
    setWarned(false);
    onStored();
  };
  return (
    <Dialog
      open={shown !== null}
      // Escape, a click outside and the cross would lose it for good.
      onOpenChange={(open) => !open && setWarned(true)}
      title={`Secret of ${shown?.channel ?? ""}`}
      description="It signs what is sent, so that the receiver can verify that it comes from here. It is shown only once."
      className="w-[min(42rem,calc(100vw-2rem))]"
    >
      <div className="mt-3 space-y-3">
        {shown && (
          <CopyText
            text={shown.secret}
            what="the secret"
            className="w-full [&_code]:flex-1 [&_code]:break-all [&_code]:whitespace-pre-wrap"
          />
        )}
        {shown?.rotated && (
          <p className="text-body text-muted">
            The old secret signs too for 24 hours: change the receiver within that time.
          </p>
        )}
        <details className="group">
          <summary className="text-body font-medium text-muted hover:text-ink">How a receiver verifies it</summary>
          <div className="mt-2">
            <VerifySnippet />
          </div>
        </details>
        {warned && (
          <p role="alert" className="rounded-md bg-danger-soft px-2.5 py-2 text-body text-danger">
            It cannot be shown again. Store it first; if it is lost, rotate it for another.
          </p>
        )}
        <div className="flex justify-end">
          <Button variant="primary" onClick={stored}>
            I have stored it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
