import { createHash } from "node:crypto";
import type { AlertNotice, Notice } from "../../domain/delivery.ts";

/** What is to be told, in the form that the kinds below shape it from. */
export interface Message {
  event: string;
  createdAt: string;
  notice: Notice;
  channelName: string;
  /** Where people reach the console. */
  publicUrl: string;
}

const linkTo = (publicUrl: string, alert?: AlertNotice): string =>
  alert ? `${publicUrl}/alerts?alert=${encodeURIComponent(alert.alertId)}` : `${publicUrl}/alerts`;

/** The body of a webhook, as Standard Webhooks has it: `type`, `timestamp`, `data`. */
export function webhookBody({ event, createdAt, notice, publicUrl }: Message): object {
  return { type: event, timestamp: createdAt, data: { ...notice, url: linkTo(publicUrl, notice.alert) } };
}

/** How Alertmanager writes the end of what has not ended. */
const NO_END = "0001-01-01T00:00:00Z";

/** What Prometheus Alertmanager sends to webhook receivers, version 4. */
export function alertmanagerBody({ notice, channelName, publicUrl }: Message): object {
  const alert = notice.alert ?? testAlert(notice.message ?? "");
  const status = alert.status === "resolved" ? "resolved" : "firing";
  const labels = labelsOf(alert);
  const annotations = { summary: alert.title, description: alert.detail ?? "" };
  return {
    version: "4",
    groupKey: `{}:{alertname=${JSON.stringify(alert.rule)}}`,
    truncatedAlerts: 0,
    status,
    receiver: channelName,
    groupLabels: { alertname: alert.rule },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: publicUrl,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: alert.firedAt,
        endsAt: alert.resolvedAt ?? NO_END,
        generatorURL: linkTo(publicUrl, notice.alert),
        fingerprint: createHash("sha256").update(alert.alertId).digest("hex").slice(0, 16),
      },
    ],
  };
}

function labelsOf({ rule, severity, subject, runId, alertId }: AlertNotice): { [label: string]: string } {
  const labels = { alertname: rule, alert_id: alertId, severity, subject_kind: subject.kind, subject: subject.id };
  return runId === null ? labels : { ...labels, run_id: runId };
}

const testAlert = (message: string): AlertNotice => ({
  ...{ alertId: "test", rule: "test", severity: "info", status: "firing", title: message, detail: null },
  ...{ subject: { kind: "channel", id: "test" }, runId: null, value: null, threshold: null, causeId: null },
  ...{ firedAt: new Date().toISOString(), resolvedAt: null, reopened: 0 },
});

/** What has happened, in words. */
const HAPPENED: { readonly [event: string]: string } = {
  "alert.fired": "Firing",
  "alert.reopened": "Firing again",
  "alert.unacknowledged": "Firing again",
  "alert.woken": "Firing again",
  "alert.escalated": "Nobody has acknowledged",
  "alert.resolved": "Resolved",
};

/** One line that says it all. */
function headline({ event, notice }: Message): string {
  if (notice.message) return notice.message;
  return `${HAPPENED[event] ?? event} (${notice.alert?.severity}): ${notice.alert?.title}`;
}

/** A Slack incoming webhook's message: text for notifications, blocks for reading. Slack's own characters are escaped. */
export function slackBody(message: Message): object {
  const { notice, publicUrl } = message;
  const text = escapeSlack(headline(message));
  const link = `<${linkTo(publicUrl, notice.alert)}|Open in Switchyard>`;
  const more = escapeSlack(notice.alert?.detail ?? "").slice(0, 2500);
  return {
    text,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: `*${text.slice(0, 400)}*${more ? `\n${more}` : ""}` } },
      { type: "context", elements: [{ type: "mrkdwn", text: link }] },
    ],
  };
}

const escapeSlack = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
