import { describe, expect, test } from "vitest";
import type { AlertNotice } from "../../domain/alerts/delivery.ts";
import { alertmanagerBody } from "./alertmanager.ts";
import { mailOf } from "./mail.ts";
import { type Message, slackBody, webhookBody } from "./messages.ts";

const notice = (more: Partial<AlertNotice> = {}): AlertNotice => ({
  ...{
    alertId: "breaker_open:a",
    rule: "breaker_open",
    severity: "critical",
    status: "firing",
    title: "Breaker of a is open",
  },
  ...{ detail: null, subject: { kind: "agent", id: "a" }, runId: null, value: null, threshold: null, causeId: null },
  ...{ firedAt: "2026-11-21T10:00:00.000Z", resolvedAt: null, reopened: 0, version: 1 },
  ...more,
});
const message = (alert: AlertNotice): Message => ({
  ...{ deliveryId: "dlv_1", event: alert.status === "resolved" ? "alert.resolved" : "alert.fired" },
  ...{ createdAt: "2026-11-21T10:00:01.000Z", notice: { alert } as Message["notice"], channelName: "pager" },
  publicUrl: "https://console.example",
});
const mail = (alert: AlertNotice) =>
  mailOf(message(alert), { tenantId: "t", channelId: "c", deliveryId: "dlv_1", domain: "example.com" });

describe("a notification links to its alert's subject", () => {
  test.each([
    [{ kind: "approval", id: "apr_1" }, null, "/approvals?id=apr_1", "Approval apr_1"],
    [{ kind: "job", id: "j/1" }, "r1", "/runs/r1?job=j%2F1", "Job j/1"],
    [{ kind: "queue", id: "ci" }, null, "/queues/ci", "Queue ci"],
    [{ kind: "run", id: "r1" }, "r1", "/runs/r1", "Run r1"],
  ])("%o", (subject, runId, path, words) => {
    const alert = notice({ subject, runId });
    const href = `https://console.example${path}`;
    expect(webhookBody(message(alert))).toMatchObject({
      data: { url: "https://console.example/alerts?alert=breaker_open%3Aa", subjectUrl: href },
    });
    expect(JSON.stringify(slackBody(message(alert)))).toContain(`|Open in Switchyard> · <${href}|${words}>`);
    expect(mail(alert).text).toContain(`alert=breaker_open%3Aa\n${href}\n`);
    expect(mail(alert).html).toContain(`>${words}</a>`);
    expect(alertmanagerBody(message(alert))).toMatchObject({ alerts: [{ annotations: { subject_url: href } }] });
  });

  test("a subject without a page has no second link; a name with Slack's own characters stays one link", () => {
    const job = notice({ subject: { kind: "job", id: "j" } });
    expect(webhookBody(message(job))).not.toHaveProperty("data.subjectUrl");
    expect(mail(job).html.match(/<a /g)).toHaveLength(1);
    const odd = JSON.stringify(slackBody(message(notice({ subject: { kind: "queue", id: "a|b>c&d" } }))));
    expect(odd).toContain("<https://console.example/queues/a%7Cb%3Ec%26d|Queue a b&gt;c&amp;d>");
  });
});

test("a Slack text that is cut ends in whole escapes and whole characters", () => {
  for (let length = 380; length < 420; length += 1) {
    for (const unit of ["&", "<>", "😀&", "a&"]) {
      const title = unit.repeat(length).slice(0, length);
      const { text, blocks } = slackBody(message(notice({ title, detail: unit.repeat(3000) }))) as {
        text: string;
        blocks: { text?: { text: string } }[];
      };
      for (const part of [text, ...blocks.flatMap((block) => block.text?.text ?? [])]) {
        expect(part.length).toBeLessThanOrEqual(3000);
        expect(part.replace(/&(amp|lt|gt);/g, "")).not.toMatch(/[&<>]/);
        expect(part.isWellFormed()).toBe(true);
      }
    }
  }
});

describe("an Alertmanager's groups", () => {
  const group = (alert: AlertNotice) =>
    alertmanagerBody(message(alert)) as { groupKey: string; status: string; alerts: object[] };

  test("two alerts of one rule are two: the end of one leaves the other", () => {
    const a = group(notice());
    const b = group(notice({ alertId: "breaker_open:b", subject: { kind: "agent", id: "b" } }));
    const end = group(notice({ status: "resolved", resolvedAt: "2026-11-21T11:00:00.000Z" }));
    expect(a.groupKey).not.toBe(b.groupKey);
    expect([a, b, end].map(({ status, alerts }) => [status, alerts.length])).toEqual([
      ["firing", 1],
      ["firing", 1],
      ["resolved", 1],
    ]);
    expect(end.groupKey).toBe(a.groupKey);
  });

  test("a key stays the same while title, detail, severity and figures move", () => {
    const moved = notice({ title: "other", detail: "words", severity: "info", value: 3, version: 9, reopened: 2 });
    expect(group(moved).groupKey).toBe(group(notice()).groupKey);
  });
});
