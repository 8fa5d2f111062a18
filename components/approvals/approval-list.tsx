"use client";

import { useCallback, useRef, useState } from "react";
import { useMayChange } from "../ui/changes.tsx";
import { useHotkey } from "../ui/hotkeys.ts";
import { serverNow } from "../ui/now.ts";
import { Part } from "../ui/part.tsx";
import { useApprovalCommands } from "./approval-actions.ts";
import { ApprovalItem } from "./approval-item.tsx";
import { type ApprovalRow, neighbour, offerOf } from "./approval-model.ts";
import { EditDialog } from "./edit-dialog.tsx";

interface ApprovalListProps {
  approvals: readonly ApprovalRow[];
  me: string;
  /** The one that is open, which the keys act on. */
  id: string | null;
  onChoose: (id: string | null) => void;
  /** What becomes of the jobs of those that have been decided is followed. */
  follows?: boolean;
}

/** A list of approvals, worked by mouse, finger or keys. */
export function ApprovalList({ approvals, me, id, onChoose, follows = false }: ApprovalListProps) {
  const { approve, reject } = useApprovalCommands();
  const [draft, setDraft] = useState({ id, text: "" });
  const [editing, setEditing] = useState<ApprovalRow | null>(null);
  const comment = draft.id === id ? draft.text : "";
  const current = approvals.find((one) => one.id === id);
  const latest = useRef({ id, comment });
  latest.current = { id, comment };
  const commentOn = useCallback(
    (approval: ApprovalRow) => (latest.current.id === approval.id ? latest.current.comment.trim() : ""),
    [],
  );

  const onApprove = useCallback(
    (approval: ApprovalRow) => void approve.run(approval, commentOn(approval), null),
    [approve.run, commentOn],
  );
  const onReject = useCallback(
    (approval: ApprovalRow) => void reject.run(approval, commentOn(approval)),
    [reject.run, commentOn],
  );
  const onToggle = useCallback((one: string) => onChoose(latest.current.id === one ? null : one), [onChoose]);
  const onComment = useCallback((text: string) => setDraft({ id: latest.current.id, text }), []);

  const ids = approvals.map((one) => one.id);
  const move = (by: 1 | -1) => {
    const next = neighbour(ids, current?.id ?? null, by);
    if (next !== undefined) onChoose(next);
  };
  const mayChange = useMayChange();
  const offer = current && !current.pending ? offerOf(current, me, serverNow()) : null;
  useHotkey("j", () => move(1), "Next approval");
  useHotkey("k", () => move(-1), "Previous approval");
  useHotkey("a", () => offer?.approve && current && onApprove(current), "Approve the open one");
  useHotkey("r", () => offer?.reject && current && onReject(current), "Reject the open one");
  useHotkey("e", () => mayChange && offer?.edit && current && setEditing(current), "Respond with an edit");
  useHotkey("escape", () => onChoose(null), "Close the approval");

  return (
    <>
      <ul aria-label="Approvals" className="overflow-clip rounded-lg border border-line bg-surface">
        {approvals.map((approval) => (
          <Part key={approval.id} name="This approval">
            <ApprovalItem
              approval={approval}
              me={me}
              open={approval.id === id}
              justDecided={follows && approval.status !== "pending"}
              comment={approval.id === id ? comment : ""}
              onComment={onComment}
              onToggle={onToggle}
              onApprove={onApprove}
              onReject={onReject}
              onEdit={setEditing}
            />
          </Part>
        ))}
      </ul>
      <EditDialog
        approval={editing}
        comment={editing?.id === id ? comment : ""}
        onClose={() => setEditing(null)}
        onApprove={(edit, text) => editing && void approve.run(editing, text, edit)}
      />
    </>
  );
}
