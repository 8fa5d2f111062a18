"use client";

import { useEffect, useRef } from "react";
import { Button } from "./button.tsx";
import type { Change } from "./meanwhile-model.ts";

interface MeanwhileNoticeProps {
  /** What is edited: `rule`, `channel` … */
  thing: string;
  removed: boolean;
  /** What is other than the reader saw it. */
  changes: readonly Change[];
  busy: boolean;
  /** Drops what the reader has typed and shows what is there now. */
  onTheirs: () => void;
  /** Writes what stands in the form over what is there now. */
  onMine: () => void;
}

/** Shows who edits a thing what somebody else did to it meanwhile, and asks whose is to hold. */
export function MeanwhileNotice({ thing, removed, changes, busy, onTheirs, onMine }: MeanwhileNoticeProps) {
  const notice = useRef<HTMLDivElement>(null);
  // A form may be longer than the screen.
  useEffect(() => {
    notice.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <div
      ref={notice}
      role="alert"
      className="space-y-2 rounded-md border border-status-blocked bg-surface px-2.5 py-2 text-body"
    >
      <p className="font-medium">
        Somebody {removed ? "removed" : "changed"} this {thing} while you edited it. Yours is not saved.
      </p>
      {!removed && (
        <ul aria-label="What they changed" className="space-y-0.5">
          {changes.map(({ label, was, is }) => (
            <li key={label} className="break-words">
              {label}: <del className="text-muted">{was || "empty"}</del> is now{" "}
              <ins className="font-medium no-underline">{is || "empty"}</ins>
            </li>
          ))}
          {changes.length === 0 && <li>What is shown here is as you saw it; its secret may be another.</li>}
        </ul>
      )}
      <p className="text-small text-muted">
        {removed
          ? "Keep mine makes it again as it stands in this form."
          : "Load theirs drops what you typed. Keep mine writes all of this form over theirs."}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button size="sm" onClick={onTheirs} disabled={busy}>
          {removed ? "Leave it removed" : "Load theirs"}
        </Button>
        <Button size="sm" variant="danger" onClick={onMine} busy={busy}>
          Keep mine
        </Button>
      </div>
    </div>
  );
}
