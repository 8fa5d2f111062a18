import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import type { Store } from "../store/types.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createGuard } from "./guard.ts";
import { createNotifier, type NotifierDeps } from "./index.ts";
import { signatureOf } from "./signature.ts";

interface Got {
  path: string;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: { [field: string]: unknown };
}

let database: TestDatabase;
let store: Store;
let tenants = 0;
let tenant = "";
let receiver: http.Server;
let base = "";
let got: Got[] = [];
/** The receiver's answers, in turn; then 204. */
let answers: (number | "hang" | { status: number; retryAfter: string })[] = [];
/** Unanswered requests. */
let held: http.ServerResponse[] = [];
const notifiers: LeaderLoop[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = http.createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    got.push({ path: request.url ?? "", headers: request.headers, text, body: JSON.parse(text) });
    const answer = answers.shift() ?? 204;
    if (answer === "hang") {
      held.push(response);
      return;
    }
    const { status, retryAfter } = typeof answer === "number" ? { status: answer, retryAfter: undefined } : answer;
    response.writeHead(status, { location: `${base}/elsewhere`, ...(retryAfter && { "retry-after": retryAfter }) });
    response.end();
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
  tenants += 1;
  tenant = `t${tenants}`;
  got = [];
  answers = [];
  held = [];
  store = await openStore(database, tenant);
});
afterEach(async () => {
  for (const notifier of notifiers.splice(0)) await notifier.close();
  await store.close();
});

function startNotifier(allowed: true | string[] = true, more: Partial<NotifierDeps> = {}): LeaderLoop {
  const notifier = createNotifier({
    store,
    queries: laneDatabase(database.pool),
    registry: new Registry(),
    log: { warn: () => {} },
    guard: createGuard(allowed),
    publicUrl: () => "https://console.example",
    scheduleMs: [1, 1, 1],
    everyMs: 20,
    ...more,
  });
  notifiers.push(notifier);
  notifier.start();
  return notifier;
}

const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, tenant);
const put = (channelId: string, kind: "webhook" | "slack" | "alertmanager") =>
  commit({ type: "channel.put", channelId, kind, target: `${base}/${channelId}` });
const notifyAll = (...channels: string[]) =>
  commit(
    {
      ...{ type: "rule.put", ruleId: "breaker_open", kind: "breaker_open", params: {} },
      ...{ severity: "critical", enabled: true, channels },
    } as ClientMutationInput,
    { type: "agent.register", agentKey: "a", breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey: "a", success: false, error: "<broken> & bent" },
  );
const deliveries = () =>
  database.prisma.delivery.findMany({ where: { tenantId: tenant }, orderBy: { createdAt: "asc" } });
const settled = (count: number) =>
  expect
    .poll(async () => (await deliveries()).filter((one) => one.status !== "pending").length, {
      timeout: 15_000,
      interval: 20,
    })
    .toBe(count);
const secretOf = async (id: string) =>
  (await database.prisma.channel.findFirstOrThrow({ where: { tenantId: tenant, id } })).secret ?? "";

function mustBeSigned(one: Got, ...secrets: string[]): void {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = one.headers;
  const wanted = signatureOf(String(id), Number(at) * 1000, one.text, secrets);
  expect(signature).toBe(wanted["webhook-signature"]);
}

test("a webhook gets firings and ends, signed, each under the id of its delivery", async () => {
  await put("hook", "webhook");
  await notifyAll("hook");
  startNotifier();
  await settled(1);
  await commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  await settled(2);
  expect(got.map(({ body }) => body.type)).toEqual(["alert.fired", "alert.resolved"]);
  expect(got.map(({ headers }) => headers["webhook-id"])).toEqual((await deliveries()).map(({ id }) => id));
  expect(got[0]?.body.data).toMatchObject({ alert: { status: "firing", severity: "critical" } });
  expect(got[0]?.body.data).toMatchObject({ url: expect.stringContaining("https://console.example/alerts?alert=") });
  for (const one of got) mustBeSigned(one, await secretOf("hook"));
  expect(await deliveries()).toMatchObject([{ status: "delivered", attempts: 1, responseStatus: 204 }, {}]);
});

test("after a rotation both secrets sign", async () => {
  await put("hook", "webhook");
  const before = await secretOf("hook");
  await commit({ type: "channel.rotate", channelId: "hook" }, { type: "channel.test", channelId: "hook" });
  startNotifier();
  await settled(1);
  mustBeSigned(got[0] as Got, await secretOf("hook"), before);
  expect(String(got[0]?.headers["webhook-signature"]).split(" ")).toHaveLength(2);
});

test("a secret replaced a day ago is no longer used", async () => {
  await put("hook", "webhook");
  await commit({ type: "channel.rotate", channelId: "hook" }, { type: "channel.test", channelId: "hook" });
  await database.pool.query(
    `UPDATE "Channel" SET "secretRotatedAt" = now() - interval '24 hours' WHERE "tenantId" = $1`,
    [tenant],
  );
  startNotifier();
  await settled(1);
  mustBeSigned(got[0] as Got, await secretOf("hook"));
});

test("pending deliveries of a removed channel are not sent, of one turned off they wait; a test of one turned off is sent", async () => {
  await put("off", "webhook");
  await put("gone", "webhook");
  await notifyAll("off", "gone");
  await commit(
    { type: "channel.put", channelId: "off", kind: "webhook", target: `${base}/off`, enabled: false },
    { type: "channel.remove", channelId: "gone" },
    { type: "channel.test", channelId: "off" },
  );
  startNotifier();
  await settled(2);
  expect(got.map(({ path, body }) => [path, body.type])).toEqual([["/off", "test"]]);
  const ends = (await deliveries()).map(({ channelId, status, error }) => `${channelId} ${status} ${error}`);
  expect(ends.sort()).toEqual(["gone failed the channel was removed", "off delivered null", "off pending null"]);
});

test("a receiver's Retry-After is respected", async () => {
  await put("hook", "webhook");
  answers = [{ status: 429, retryAfter: "3600" }];
  await notifyAll("hook");
  startNotifier();
  const first = async () => (await deliveries())[0];
  await expect.poll(async () => (await first())?.attempts, { timeout: 15_000, interval: 20 }).toBe(1);
  const { status, nextAt, updatedAt } = (await first()) as { status: string; nextAt: Date; updatedAt: Date };
  expect([status, nextAt.getTime() - updatedAt.getTime()]).toEqual(["pending", 3_600_000]);
  expect(got).toHaveLength(1);
});

test("a receiver that does not answer times out each time, until the tries are used up", async () => {
  await put("hook", "webhook");
  answers = Array(4).fill("hang");
  await notifyAll("hook");
  startNotifier(true, { timeoutMs: 100 });
  await settled(1);
  const error = "no answer in time";
  expect(await deliveries()).toMatchObject([{ status: "failed", attempts: 4, responseStatus: null, error }]);
});

test("the end of an alert is not sent before its firing was accepted; other alerts are sent meanwhile", async () => {
  await put("hook", "webhook");
  answers = ["hang"];
  await notifyAll("hook");
  await commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  await commit(
    { type: "agent.register", agentKey: "b", breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey: "b", success: false },
  );
  startNotifier(true, { timeoutMs: 120_000 });
  const received = () =>
    got.map(({ body }) => `${body.type} ${(body.data as { alert: { alertId: string } }).alert.alertId}`);
  const begun = ["alert.fired breaker_open:a", "alert.fired breaker_open:b"];
  await expect.poll(received, { timeout: 15_000, interval: 20 }).toContain(begun[1]);
  expect(received().sort()).toEqual(begun);
  for (const response of held.splice(0)) response.writeHead(204).end();
  await settled(3);
  expect(received().slice(2)).toEqual(["alert.resolved breaker_open:a"]);
});

test("a name that resolves to a private address is not connected to", async () => {
  const { port } = new URL(base);
  await commit({ type: "channel.put", channelId: "hook", kind: "webhook", target: `https://localhost:${port}/hook` });
  await notifyAll("hook");
  let connections = 0;
  const count = () => {
    connections += 1;
  };
  receiver.on("connection", count);
  startNotifier([]);
  await settled(1);
  receiver.off("connection", count);
  const error = "the name leads to an address that is not a public one";
  expect(await deliveries()).toMatchObject([{ status: "failed", attempts: 1, error }]);
  expect(connections).toBe(0);
});

test("a receiver that fails is tried again under the same id, until the tries are used up; a replay arrives", async () => {
  await put("hook", "webhook");
  answers = [500, 302, 429, 503];
  await notifyAll("hook");
  startNotifier();
  await settled(1);
  expect(await deliveries()).toMatchObject([{ status: "failed", attempts: 4, responseStatus: 503, nextAt: null }]);
  const [first] = await deliveries();
  await commit({ type: "delivery.replay", deliveryId: first?.id ?? "" });
  await settled(2);
  expect(new Set(got.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([first?.id]));
  expect(got.map(({ path }) => path)).toEqual(Array(5).fill("/hook"));
});

test("a receiver that is gone for good (410) is not tried again, nor is a test", async () => {
  await put("hook", "webhook");
  answers = [410, 500];
  await notifyAll("hook");
  startNotifier();
  await settled(1);
  await commit({ type: "channel.test", channelId: "hook" });
  await settled(2);
  expect((await deliveries()).map(({ attempts, responseStatus }) => [attempts, responseStatus])).toEqual([
    [1, 410],
    [1, 500],
  ]);
});

test("by default nothing is sent to the server's own machine, and the log says why", async () => {
  await put("hook", "webhook");
  await notifyAll("hook");
  startNotifier([]);
  await settled(1);
  expect(got).toEqual([]);
  const [refused] = await deliveries();
  expect(refused).toMatchObject({ status: "failed", attempts: 1, error: "the address is not a public one" });
});

test("a delivery whose sender ends before committing the outcome is sent again by the next", async () => {
  await put("hook", "webhook");
  answers = ["hang"];
  await notifyAll("hook");
  const first = startNotifier();
  await expect.poll(() => got.length, { timeout: 15_000, interval: 20 }).toBe(1);
  await first.close();
  expect(await deliveries()).toMatchObject([{ status: "pending", attempts: 0 }]);
  startNotifier();
  await settled(1);
  expect(got.map(({ headers }) => headers["webhook-id"])).toEqual([
    got[0]?.headers["webhook-id"],
    (await deliveries())[0]?.id,
  ]);
});

test("two senders at once send everything once: one of them leads", async () => {
  await put("hook", "webhook");
  startNotifier();
  startNotifier();
  for (let n = 0; n < 20; n += 1) await commit({ type: "channel.test", channelId: "hook" });
  await settled(20);
  expect(got).toHaveLength(20);
});

test("Slack gets text and blocks with its own characters escaped; Alertmanager's receivers get version 4", async () => {
  await put("slack", "slack");
  await put("prom", "alertmanager");
  await notifyAll("slack", "prom");
  startNotifier();
  await settled(2);
  const slack = got.find(({ path }) => path === "/slack");
  expect(slack?.text).toContain("&lt;broken&gt; &amp; bent");
  expect(slack?.text).toContain("|Open in Switchyard>");
  expect(slack?.headers["webhook-signature"]).toBeUndefined();
  const prom = got.find(({ path }) => path === "/prom");
  expect(prom?.body).toMatchObject({
    ...{ version: "4", status: "firing", receiver: "prom", truncatedAlerts: 0, externalURL: "https://console.example" },
    commonLabels: { alertname: "breaker_open", severity: "critical", subject: "a" },
    alerts: [
      { status: "firing", endsAt: "0001-01-01T00:00:00Z", fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ],
  });
  await commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
  await settled(4);
  const { resolvedAt } = await database.prisma.alert.findFirstOrThrow({ where: { tenantId: tenant } });
  const over = got.filter(({ path }) => path === "/prom").at(-1);
  expect(over?.body).toMatchObject({
    status: "resolved",
    alerts: [{ status: "resolved", endsAt: resolvedAt?.toISOString() }],
  });
});

test("an unacknowledged alert is escalated by the sender, an acknowledged one is not", async () => {
  await put("boss", "webhook");
  await commit({
    ...{ type: "rule.put", ruleId: "breaker_open", kind: "breaker_open", params: {}, severity: "critical" },
    ...{ enabled: true, escalation: [{ afterMs: 1000, channels: ["boss"] }] },
  } as ClientMutationInput);
  for (const agentKey of ["a", "b"]) {
    await commit(
      { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } },
      { type: "breaker.record", agentKey, success: false },
    );
  }
  const alerts = await database.prisma.alert.findMany({ where: { tenantId: tenant }, orderBy: { subjectId: "asc" } });
  await commit({ type: "alert.acknowledge", alertId: alerts[0]?.id ?? "" });
  startNotifier();
  await settled(1);
  expect(await deliveries()).toMatchObject([{ event: "alert.escalated", alertId: alerts[1]?.id, status: "delivered" }]);
});
