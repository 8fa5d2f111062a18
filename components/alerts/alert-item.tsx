"use client";

import { MessageSquarePlus, RotateCcw } from "lucide-react";
import Link from "next/link";
import { memo, useEffect, useRef } from "react";
import { isOpenAlert } from "../../domain/statuses.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { statusLook, toneColor } from "../ui/status.ts";
import { Countdown, RelativeTime } from "../ui/time.tsx";
import { type AlertRow, actorName, subjectHref } from "./alert-model.ts";

export interface AlertItemProps {
  alert: AlertRow;
  selected: boolean;
  /** The keyboard's cursor is on it. */
  current: boolean;
  onToggle: (id: string) => void;
  onPoint: (id: string) => void;
  onAcknowledge: (alert: AlertRow) => void;
  onNote: (alert: AlertRow) => void;
  onUnacknowledge: (alert: AlertRow) => void;
}

/** One alert: how bad, what, about whom, since when, and the click that takes it on. */
export const AlertItem = memo(function AlertItem(props: AlertItemProps) {
  const { alert, selected, current, onToggle, onPoint } = props;
  const node = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!current || node.current?.contains(document.activeElement)) return;
    // A dialog keeps the focus, though the list behind it may change meanwhile.
    if (document.querySelector("[role=dialog]")) return;
    node.current?.focus({ preventScroll: true });
    node.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const firing = alert.status === "firing";

  return (
    <li
      ref={node}
      id={alert.id}
      tabIndex={-1}
      aria-current={current || undefined}
      aria-busy={alert.pending || undefined}
      onFocus={() => onPoint(alert.id)}
      className={cn(
        "relative flex flex-col gap-x-4 gap-y-2 border-b border-line py-2.5 pr-3 pl-4 -outline-offset-2 last:border-b-0 sm:flex-row sm:items-center",
        selected ? "bg-accent-soft" : current && "bg-hover",
      )}
    >
      <span
        aria-hidden
        className={cn("absolute inset-y-0 left-0 w-[3px]", !firing && "opacity-35")}
        style={{ background: toneColor(statusLook("severity", alert.severity).tone) }}
      />
      <div className="flex min-w-0 flex-1 gap-3">
        {isOpenAlert(alert.status) && (
          <label className="-my-2 -ml-2 flex shrink-0 items-center px-2 pointer-coarse:min-w-9">
            <input
              type="checkbox"
              checked={selected}
              onChange={() => onToggle(alert.id)}
              aria-label={`Select ${alert.title}`}
              className="size-4 accent-(--accent)"
            />
          </label>
        )}
        <AlertWords alert={alert} />
      </div>
      <AlertButtons {...props} />
    </li>
  );
});

function AlertWords({ alert }: { alert: AlertRow }) {
  const href = subjectHref(alert);
  const subject = `${alert.subjectKind} ${alert.subjectId}`;
  return (
    <div className="min-w-0 flex-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <StatusBadge kind="severity" status={alert.severity} />
        <h2 className={cn("min-w-0 font-medium break-words", alert.status === "resolved" ? "text-muted" : "text-ink")}>
          {alert.title}
        </h2>
        {alert.status !== "firing" && <StatusBadge kind="alert" status={alert.status} pending={alert.pending} />}
      </div>
      {alert.detail && <p className="mt-0.5 line-clamp-3 text-[13px] break-words text-muted">{alert.detail}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-[12px] text-muted">
        {href ? (
          <Link href={href} className="link">
            {subject}
          </Link>
        ) : (
          <span>{subject}</span>
        )}
        <span>
          fired <RelativeTime at={alert.firedAt} />
        </span>
        {alert.reopened > 0 && (
          <span title="How often the condition came back after it had ended">reopened {alert.reopened}×</span>
        )}
        {alert.resolvedAt && (
          <span>
            resolved <RelativeTime at={alert.resolvedAt} />
          </span>
        )}
      </p>
      {alert.acknowledgedBy && (
        <p className="mt-1 text-[12px] text-muted">
          Acknowledged by <span className="font-medium text-ink">{actorName(alert.acknowledgedBy)}</span>,{" "}
          <RelativeTime at={alert.acknowledgedAt} />
          {alert.ackExpiresAt && alert.status === "acknowledged" && (
            <>
              , fires again in <Countdown to={alert.ackExpiresAt} />
            </>
          )}
          {alert.note && <span className="block break-words whitespace-pre-wrap text-ink">“{alert.note}”</span>}
        </p>
      )}
    </div>
  );
}

function AlertButtons({ alert, onAcknowledge, onNote, onUnacknowledge }: AlertItemProps) {
  const { pending = false } = alert;
  switch (alert.status) {
    case "firing":
      return (
        <div className="flex shrink-0 gap-1.5">
          <Button
            variant="primary"
            disabled={pending}
            onClick={() => onAcknowledge(alert)}
            className="max-sm:flex-1 pointer-coarse:min-h-11"
          >
            Acknowledge
          </Button>
          <IconButton
            label="With note…"
            variant="secondary"
            disabled={pending}
            onClick={() => onNote(alert)}
            className="pointer-coarse:min-h-11 pointer-coarse:min-w-11"
          >
            <MessageSquarePlus aria-hidden className="size-4" />
          </IconButton>
        </div>
      );
    case "acknowledged":
      return (
        <div className="flex shrink-0 gap-1.5">
          <Button
            disabled={pending}
            onClick={() => onUnacknowledge(alert)}
            className="max-sm:flex-1 pointer-coarse:min-h-11"
          >
            <RotateCcw aria-hidden className="size-3.5" /> Unacknowledge
          </Button>
        </div>
      );
    case "snoozed":
    case "resolved":
      return null;
  }
}
