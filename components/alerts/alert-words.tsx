"use client";

import { MessageSquare } from "lucide-react";
import Link from "next/link";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatPlural } from "../ui/format.ts";
import { Countdown, RelativeTime } from "../ui/time.tsx";
import { type AlertRow, actorName, subjectHref } from "./alert-model.ts";

interface AlertWordsProps {
  alert: AlertRow;
  /** It is listed below the alert that caused it. */
  caused: boolean;
  onOpen: () => void;
}

/** What an alert says. Its title opens the details. */
export function AlertWords({ alert, caused, onOpen }: AlertWordsProps) {
  const href = subjectHref(alert);
  const subject = `${alert.subjectKind} ${alert.subjectId}`;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <StatusBadge kind="severity" status={alert.severity} />
        <h2 className={cn("min-w-0 font-medium break-words", alert.status === "resolved" ? "text-muted" : "text-ink")}>
          <button
            type="button"
            onClick={onOpen}
            tabIndex={-1}
            className="text-left break-words hover:underline"
            title="Open its details"
          >
            {alert.title}
          </button>
        </h2>
        {alert.status !== "firing" && <StatusBadge kind="alert" status={alert.status} pending={alert.pending} />}
      </div>
      {alert.detail && <p className="mt-0.5 line-clamp-3 text-body break-words text-muted">{alert.detail}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-small text-muted">
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
        {caused && <span title="It is likely to end with the alert above">effect of the one above</span>}
        {alert.reopened > 0 && (
          <span title="How often the condition came back after it had ended">reopened {alert.reopened}×</span>
        )}
        {alert.comments.length > 0 && (
          <span className="inline-flex items-center gap-1">
            <MessageSquare aria-hidden className="size-3" /> {formatPlural(alert.comments.length, "comment")}
          </span>
        )}
        {alert.resolvedAt && (
          <span>
            resolved <RelativeTime at={alert.resolvedAt} />
          </span>
        )}
      </p>
      <Attended alert={alert} />
    </>
  );
}

/** Who has acknowledged it, or for how long it is snoozed. */
export function Attended({ alert }: { alert: AlertRow }) {
  const note = alert.note && <span className="block break-words whitespace-pre-wrap text-ink">“{alert.note}”</span>;
  if (alert.status === "snoozed") {
    return (
      <p className="mt-1 text-small text-muted">
        {alert.snoozeMode === "worse" ? "Snoozed until it gets worse" : !alert.snoozedUntil && "Snoozed until resolved"}
        {alert.snoozedUntil && (
          <>
            {alert.snoozeMode === "worse" ? ", or fires again in " : "Snoozed, fires again in "}
            <Countdown to={alert.snoozedUntil} />
            {alert.snoozeMode === "time" && ", silent until then though it may end and come back"}
          </>
        )}
        {note}
      </p>
    );
  }
  if (alert.status === "resolved" && alert.snoozeMode === "time" && alert.snoozedUntil) {
    return (
      <p className="mt-1 text-small text-muted">
        Snoozed, stays silent for <Countdown to={alert.snoozedUntil} /> though it may come back
        {note}
      </p>
    );
  }
  if (!alert.acknowledgedBy) return null;
  return (
    <p className="mt-1 text-small text-muted">
      Acknowledged by <span className="font-medium text-ink">{actorName(alert.acknowledgedBy)}</span>,{" "}
      <RelativeTime at={alert.acknowledgedAt} />
      {alert.ackExpiresAt && alert.status === "acknowledged" && (
        <>
          , fires again in <Countdown to={alert.ackExpiresAt} />
        </>
      )}
      {note}
    </p>
  );
}
