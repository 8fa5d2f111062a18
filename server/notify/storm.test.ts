import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { tries } from "../../domain/kernel/depth.test-kit.ts";
import type { ChannelKind } from "../../domain/kernel/statuses.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import type { DigestEntry } from "./digest.ts";
import { closeBreakers, names, notifyOnBreakers, openBreakers, openSender, type Sender } from "./notify.test-kit.ts";
import { openSmtp } from "./smtp.test-kit.ts";

interface Got {
  path: string;
  id: string;
  body: {
    type: string;
    text: string;
    alerts: { status: string; labels: { alert_id: string } }[];
    data: {
      alert?: { alertId: string };
      digest?: { count: number; fired: number; resolved: number; byRule: object[]; alerts: DigestEntry[] };
    };
  };
}

let database: TestDatabase;
let sender: Sender;
let receiver: http.Server;
let base = "";
let got: Got[] = [];
/** The receiver accepts nothing while this is set. */
let away = false;

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = http.createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    // Deliveries left by an earlier test are sent too: this one's sender serves all tenants.
    const mine = request.url?.startsWith(`/${sender.tenant}/`);
    if (!away && mine)
      got.push({ path: request.url ?? "", id: String(request.headers["webhook-id"]), body: JSON.parse(text) });
    response.writeHead(away ? 503 : 204).end();
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await database.drop();
});
beforeEach(async () => {
  got = [];
  away = false;
  sender = await openSender(database);
});
afterEach(() => sender.close());

const put = (channelId: string, kind: ChannelKind = "webhook", config: object = { stormWindowMs: 1000 }) =>
  sender.commit({ type: "channel.put", channelId, kind, target: `${base}/${sender.tenant}/${channelId}`, config });
const to = (channelId: string) => got.filter((one) => one.path === `/${sender.tenant}/${channelId}`);
/** What webhooks received: `event alert`, for every message. */
const received = (messages: readonly Got[]) =>
  messages.flatMap(({ id, body: { type, data } }) =>
    (data.digest?.alerts ?? [{ event: type, alert: data.alert }]).map(({ event, alert }) => ({
      id,
      what: `${event} ${alert?.alertId}`,
    })),
  );
/** The same without repeats under the same id. */
const onceEach = (messages: readonly Got[]): string[] =>
  [...new Map(received(messages).map(({ id, what }) => [`${id} ${what}`, what])).values()].sort();
const all = (count: number, event = "alert.fired") => names(count).map((name) => `${event} breaker_open:${name}`);

test("100 alerts at once are ten messages and one digest with the other ninety, in the form of each kind", async () => {
  const smtp = await openSmtp();
  await put("hook");
  await put("prom", "alertmanager");
  await put("slack", "slack");
  const config = { stormWindowMs: 1000 };
  await sender.commit({ type: "channel.put", channelId: "mail", kind: "email", target: "ops@example.com", config });
  await sender.commit(notifyOnBreakers("hook", "prom", "slack", "mail"), ...openBreakers(names(100), "<broken>"));
  sender.start({ smtp: { url: `smtp://127.0.0.1:${smtp.port}`, from: { name: "", address: "a@sender.example" } } });
  await sender.settled(44);

  expect(to("hook")).toHaveLength(11);
  expect(
    received(to("hook"))
      .map(({ what }) => what)
      .sort(),
  ).toEqual(all(100).sort());
  const digest = to("hook").find(({ body }) => body.type === "alert.digest")?.body.data;
  const byRule = [{ rule: "breaker_open", severity: "critical", fired: 90, resolved: 0 }];
  expect(digest).toMatchObject({ url: "https://console.example/alerts", digest: { count: 90, fired: 90, byRule } });

  expect(to("prom")).toHaveLength(11);
  const grouped = to("prom").find(({ body }) => body.alerts.length > 1)?.body;
  expect(grouped).toMatchObject({
    ...{
      version: "4",
      status: "firing",
      groupKey: expect.stringMatching(/^\{\}:\{digest="dlv_.*"\}$/),
      truncatedAlerts: 0,
    },
    ...{ groupLabels: { digest: expect.stringMatching(/^dlv_/) }, commonLabels: { severity: "critical" } },
  });
  const labelled = to("prom").flatMap(({ body }) => body.alerts.map(({ labels }) => `alert.fired ${labels.alert_id}`));
  expect(labelled.sort()).toEqual(all(100).sort());

  const summary = to("slack").filter(({ body }) => body.text === "90 alerts fired within a second");
  expect([to("slack").length, summary.length]).toEqual([11, 1]);
  expect(JSON.stringify(summary[0]?.body)).toContain("and 70 more");
  const mail = smtp.got.find(({ headers }) => headers.subject === "90 alerts fired within a second");
  expect(mail?.text).toContain("critical · breaker_open: 90 fired\n");
  expect(mail?.html).toContain('<a href="https://console.example/alerts">');
  expect(smtp.got).toHaveLength(11);
  await smtp.close();
});

test("ends are sent in a digest to channels that got the firing in one, and a digest is retried as a whole", async () => {
  await put("hook");
  await sender.commit(notifyOnBreakers("hook"), ...openBreakers(names(30)));
  sender.start({ scheduleMs: Array(1000).fill(200) });
  await sender.settled(11);
  away = true;
  await sender.commit(...closeBreakers(names(30)));
  const tried = async () =>
    (await sender.deliveries()).filter(({ event, attempts }) => event === "alert.digest" && attempts > 1);
  await expect.poll(async () => (await tried()).length, { timeout: 15_000, interval: 20 }).toBe(1);
  away = false;
  await expect.poll(() => received(got).length, { timeout: 15_000, interval: 20 }).toBe(60);
  expect(
    received(got)
      .map(({ what }) => what)
      .sort(),
  ).toEqual([...all(30), ...all(30, "alert.resolved")].sort());
  const digests = got.flatMap(({ body }) => body.data.digest ?? []);
  expect(digests.map(({ fired, resolved }) => [fired, resolved])).toEqual([
    [20, 0],
    [0, 20],
  ]);
});

test("a digest begun by one sender is sent by the next", async () => {
  await put("hook");
  const first = sender.start();
  await sender.commit(notifyOnBreakers("hook"), ...openBreakers(names(25)));
  await expect.poll(() => got.length, { timeout: 15_000, interval: 20 }).toBeGreaterThanOrEqual(10);
  await first.close();
  sender.start();
  await sender.settled(11);
  expect(onceEach(got)).toEqual(all(25).sort());
});

test("an alert inhibited by an open cause is notified when that has ended and it still fires", async () => {
  await put("hook");
  const fire = { type: "alert.fire", ruleId: "rate", title: "Rate", detail: null, runId: null } as const;
  const facts = { value: 0.5, threshold: 0.8, causeId: "breaker_open:a1", subject: { kind: "agent", id: "a1" } };
  await sender.commit(notifyOnBreakers("hook"), {
    ...{ type: "rule.put", ruleId: "rate", kind: "success_rate", params: {}, severity: "warning", enabled: true },
    channels: ["hook"],
  });
  await sender.commit(...openBreakers(["a1"]));
  await sender.tick({ ...fire, alertId: "rate:a1", ...facts }, { ...fire, alertId: "rate:ends", ...facts });
  sender.start();
  sender.start();
  await sender.settled(1);
  await sender.tick({ type: "alert.clear", alertId: "rate:ends", reason: "over" });
  await sender.commit(...closeBreakers(["a1"]));
  await sender.settled(3);
  expect(
    received(got)
      .map(({ what }) => what)
      .sort(),
  ).toEqual(["alert.fired breaker_open:a1", "alert.fired rate:a1", "alert.resolved breaker_open:a1"]);
});

const ROUNDS = tries(3, 2);

test(`kill -9 while alerts storm, ${ROUNDS} times: every firing and end is sent, each in one message`, async () => {
  await put("hook", "webhook", { stormThreshold: 3, stormWindowMs: 1000 });
  await sender.commit(notifyOnBreakers("hook"));
  const script = path.join(import.meta.dirname, "../testing/notify-forever.ts");
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = spawn(process.execPath, ["--import", "tsx", script, database.url, sender.tenant, `r${round}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), ended]);
    // A random moment: the result must not depend on it.
    await delay(Math.random() * 1500);
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
  }
  // Postgres still executes what it had been sent.
  const busy = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`;
  await expect.poll(async () => (await database.pool.query(busy)).rowCount).toBe(0);
  sender.start();
  const waiting = async () =>
    (await sender.deliveries()).filter(({ status }) => status === "pending" || status === "collecting").length;
  await expect.poll(waiting, { timeout: 60_000, interval: 50 }).toBe(0);

  const happened = await database.prisma.event.findMany({
    where: { tenantId: sender.tenant, type: { in: ["alert.fired", "alert.resolved"] } },
  });
  expect(happened.length).toBeGreaterThan(7 * ROUNDS);
  expect(onceEach(got)).toEqual(happened.map(({ type, subjectId }) => `${type} ${subjectId}`).sort());
}, 120_000);
