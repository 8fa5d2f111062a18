import { createHash } from "node:crypto";
import type { AlertNotice } from "../../domain/alerts/delivery.ts";
import { plainVisible } from "../../domain/kernel/visible.ts";
import { latestOf } from "./digest.ts";
import { incidentOf, linkTo, type Message, subjectLink } from "./messages.ts";

/** Alertmanager's end time of an alert that has not ended. */
const NO_END = "0001-01-01T00:00:00Z";

/**
 * The body of Prometheus Alertmanager webhooks, version 4. Each alert is a group of its own, so
 * that a receiver that keys incidents on `groupKey` closes only what has ended; a digest is one
 * group of its alerts in their last state, with its own key. `fingerprint` and `groupKey` depend
 * only on the alert's id: they stay the same when its title or severity changes.
 */
export function alertmanagerBody({ deliveryId, createdAt, notice, digest, channelName, publicUrl }: Message): object {
  const notices = digest
    ? latestOf(digest).map(({ alert }) => alert)
    : [notice.alert ?? testAlert(notice.message ?? "", createdAt)];
  const alerts = notices.map((alert) => ({
    status: statusOf(alert),
    labels: labelsOf(alert),
    annotations: {
      summary: plainVisible(alert.title),
      description: plainVisible(alert.detail ?? ""),
      incident: incidentOf(alert),
      ...subjectUrl(publicUrl, alert),
    },
    startsAt: alert.firedAt,
    endsAt: alert.resolvedAt ?? NO_END,
    generatorURL: linkTo(publicUrl, digest || notice.alert ? alert : undefined),
    fingerprint: createHash("sha256").update(alert.alertId).digest("hex").slice(0, 16),
  }));
  const commonLabels = common(alerts.map(({ labels }) => labels));
  const [{ labels: own } = { labels: {} as Labels }] = alerts;
  const groupLabels: Labels = digest
    ? { digest: deliveryId }
    : { alert_id: own.alert_id ?? "", alertname: own.alertname ?? "" };
  const group = Object.entries(groupLabels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    version: "4",
    groupKey: `{}:{${group.join(", ")}}`,
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
    receiver: channelName,
    groupLabels,
    commonLabels,
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: publicUrl,
    alerts,
  };
}

interface Labels {
  [label: string]: string;
}

/** Link to the alert's subject, as an annotation. */
function subjectUrl(publicUrl: string, alert: AlertNotice): { subject_url?: string } {
  const href = subjectLink(publicUrl, alert);
  return href === undefined ? {} : { subject_url: href };
}

const statusOf = (alert: AlertNotice) => (alert.status === "resolved" ? "resolved" : "firing");

/** Labels with the same value in all. */
function common([first = {}, ...others]: readonly Labels[]): Labels {
  const shared = Object.entries(first).filter(([label, value]) => others.every((other) => other[label] === value));
  return Object.fromEntries(shared);
}

function labelsOf({ rule, severity, subject, runId, alertId }: AlertNotice): Labels {
  const labels = { alertname: rule, alert_id: alertId, severity, subject_kind: subject.kind, subject: subject.id };
  return runId === null ? labels : { ...labels, run_id: runId };
}

const testAlert = (message: string, firedAt: string): AlertNotice => ({
  ...{ alertId: "test", rule: "test", severity: "info", status: "firing", title: message, detail: null },
  ...{ subject: { kind: "channel", id: "test" }, runId: null, value: null, threshold: null, causeId: null },
  ...{ firedAt, resolvedAt: null, reopened: 0, version: 1 },
});
