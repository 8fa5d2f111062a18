import Link from "next/link";
import { alertHref } from "../../domain/kernel/links.ts";
import type { AlertCommands } from "../alerts/alert-actions.ts";
import { type AlertRow, actorName } from "../alerts/alert-model.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { RelativeTime } from "../ui/time.tsx";

interface AgentAlertProps {
  /** The open alerts about the agent, the most urgent first. */
  alerts: readonly AlertRow[];
  onAcknowledge: AlertCommands["acknowledge"];
}

/** The most urgent open alert about an agent, with a button to acknowledge it. */
export function AgentAlert({ alerts, onAcknowledge }: AgentAlertProps) {
  const alert = alerts.find(({ status }) => status === "firing") ?? alerts[0];
  if (!alert) return null;
  const firing = alert.status === "firing";
  return (
    <div className="flex min-h-7 items-center gap-1.5 text-small" aria-busy={alert.pending || undefined}>
      <StatusIcon kind="alert" status={alert.status} />
      <span className="min-w-0 flex-1 truncate" title={alert.title}>
        <Link href={alertHref(alert.id)} className="link">
          {firing ? "Alert firing" : `Acknowledged by ${actorName(alert.acknowledgedBy ?? "somebody")}`}
        </Link>{" "}
        <span className="text-muted">
          <RelativeTime at={firing ? alert.firedAt : alert.acknowledgedAt} />
          {alerts.length > 1 && ` · ${alerts.length - 1} more`}
        </span>
      </span>
      {firing && (
        <Changes>
          <Button size="sm" variant="primary" disabled={alert.pending} onClick={() => onAcknowledge([alert])}>
            Acknowledge
          </Button>
        </Changes>
      )}
    </div>
  );
}
