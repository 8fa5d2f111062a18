"use client";

import { BellRing } from "lucide-react";
import Link from "next/link";
import { alertHref } from "../../domain/kernel/links.ts";
import { useAlertCommands } from "../alerts/alert-actions.ts";
import { type AlertRow, actorName, alertsOf } from "../alerts/alert-model.ts";
import { StatusBadge, StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Changes } from "../ui/changes.tsx";
import { RelativeTime } from "../ui/time.tsx";

const SHOWN = 6;

/** Firing alerts, with a button to acknowledge them. An acknowledged alert stays in place. */
export function FiringAlerts({ alerts }: { alerts: readonly AlertRow[] }) {
  const open = alertsOf(alerts, "open");
  const shown = open.toSorted((a, b) => Number(b.status === "firing") - Number(a.status === "firing")).slice(0, SHOWN);
  return (
    <Card
      title="Alerts"
      actions={
        <Link href="/alerts" className="link">
          {open.length > SHOWN ? `All ${open.length}` : "All alerts"}
        </Link>
      }
      flush
    >
      {shown.length === 0 ? (
        <p className="flex items-center gap-2 px-3.5 py-5 text-body text-muted">
          <BellRing aria-hidden className="size-4 text-faint" />
          No alert is firing. A breaker that opens raises one.
        </p>
      ) : (
        <ul aria-label="Open alerts" className="divide-y divide-line">
          {shown.map((alert) => (
            <Item key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Item({ alert }: { alert: AlertRow }) {
  const { acknowledge } = useAlertCommands();
  return (
    <li className="flex items-center gap-3 px-3.5 py-2">
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-start gap-2">
          <StatusIcon kind="severity" status={alert.severity} className="mt-[3px] shrink-0" />
          <Link href={alertHref(alert.id)} className="line-clamp-2 font-medium break-words hover:underline">
            {alert.title}
          </Link>
        </div>
        <p className="mt-0.5 truncate text-small text-muted" title={alert.detail ?? undefined}>
          <RelativeTime at={alert.firedAt} />
          {alert.detail && <> · {alert.detail}</>}
        </p>
      </div>
      {alert.status === "firing" ? (
        <Changes>
          <Button size="sm" onClick={() => acknowledge([alert])} disabled={alert.pending}>
            Acknowledge
          </Button>
        </Changes>
      ) : (
        <span className="text-right text-small text-muted">
          <StatusBadge kind="alert" status={alert.status} pending={alert.pending} />
          {alert.acknowledgedBy && <span className="block max-w-28 truncate">{actorName(alert.acknowledgedBy)}</span>}
        </span>
      )}
    </li>
  );
}
