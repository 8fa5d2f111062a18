import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { readRuleChanges } from "../store/due/rules.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { closeBreakers, names, notifyOnBreakers, openBreakers, openSender, type Sender } from "./notify.test-kit.ts";

let database: TestDatabase;
let sender: Sender;
let receiver: http.Server;
let base = "";
let got: { channel: string; type: string; alerts: string[] }[] = [];
/** HTTP status answered, by channel. */
let answers = new Map<string, number>();

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = http.createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const channel = (request.url ?? "").slice(1);
    const answer = answers.get(channel) ?? 204;
    const { type, data } = JSON.parse(text) as {
      type: string;
      data: { alert?: { alertId: string }; digest?: { alerts: { event: string; alert: { alertId: string } }[] } };
    };
    const alerts = data.digest
      ? data.digest.alerts.map(({ event, alert }) => `${event} ${alert.alertId}`)
      : [data.alert?.alertId ?? ""];
    if (answer < 300) got.push({ channel, type, alerts });
    response.writeHead(answer).end();
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
  answers = new Map();
  sender = await openSender(database);
});
afterEach(() => sender.close());

const put = (channelId: string, more: object = {}): ClientMutationInput => ({
  ...{ type: "channel.put", channelId, kind: "webhook", target: `${base}/${channelId}`, ...more },
});
/** Checks the rules like the clock. */
async function checkRules(): Promise<void> {
  const due = await readRuleChanges(laneDatabase(database.pool));
  for (const { tenantId, mutation } of due) if (tenantId === sender.tenant) await sender.tick(mutation);
}
const received = () => got.map(({ channel, type, alerts }) => `${channel}: ${type} ${alerts.join(", ")}`);
const A = "breaker_open:a1";

test("the end of an alert whose rule was removed is sent to the channels that got the firing", async () => {
  await sender.commit(put("team"), put("other"), notifyOnBreakers("team"), ...openBreakers(names(1)));
  sender.start();
  await sender.settled(1);
  await sender.commit(notifyOnBreakers("other"), { type: "rule.remove", ruleId: "breaker_open" });
  await checkRules();
  await sender.settled(2);
  expect(received()).toEqual([`team: alert.fired ${A}`, `team: alert.resolved ${A}`]);
});

test("the end waits for the retries of the firing, and overtakes it neither alone nor in a digest", async () => {
  answers.set("team", 503);
  await sender.commit(
    put("team", { config: { stormThreshold: 2, stormWindowMs: 3_600_000 } }),
    notifyOnBreakers("team"),
    ...openBreakers(names(2)),
  );
  sender.start({ scheduleMs: Array(200).fill(50) });
  await expect
    .poll(async () => (await sender.deliveries()).every(({ attempts }) => attempts > 1), {
      timeout: 20_000,
      interval: 20,
    })
    .toBe(true);
  // The first ends at once; the storm puts its end, and that of the second, into a digest.
  await sender.commit(...closeBreakers(names(2)));
  const digest = async () => (await sender.deliveries()).find(({ event }) => event === "alert.digest");
  await sender.tick({ type: "delivery.seal", deliveryId: (await digest())?.id ?? "" });
  expect((await digest())?.status).toBe("pending");
  expect(got).toEqual([]);
  answers.delete("team");
  await sender.settled(3);
  expect(received().slice(0, 2).sort()).toEqual([`team: alert.fired ${A}`, "team: alert.fired breaker_open:a2"]);
  expect(got.at(-1)).toEqual({
    ...{ channel: "team", type: "alert.digest" },
    alerts: [`alert.resolved ${A}`, "alert.resolved breaker_open:a2"],
  });
});

test("a channel that refused the firing for good is not sent its end; after a replay it is", async () => {
  answers.set("gone", 410);
  answers.set("back", 410);
  await sender.commit(put("gone"), put("back"), notifyOnBreakers("gone", "back"), ...openBreakers(names(1)));
  sender.start();
  await sender.settled(2);
  answers.clear();
  const lost = (await sender.deliveries()).find(({ channelId }) => channelId === "back");
  await sender.commit({ type: "delivery.replay", deliveryId: lost?.id ?? "" });
  await sender.settled(3);
  await sender.commit(...closeBreakers(names(1)));
  await sender.settled(5);
  expect(received()).toEqual([`back: alert.fired ${A}`, `back: alert.resolved ${A}`]);
  const unsent = (await sender.deliveries()).find((one) => one.channelId === "gone" && one.event === "alert.resolved");
  expect(unsent).toMatchObject({ status: "failed", error: "not sent: nothing that said it fires had arrived" });
});

test("a digest, too, leaves out ends of firings that never arrived", async () => {
  const pace = (stormThreshold: number) => put("team", { config: { stormThreshold, stormWindowMs: 3_600_000 } });
  const seal = async () => {
    const digest = (await sender.deliveries()).find(({ status }) => status === "collecting");
    await sender.tick({ type: "delivery.seal", deliveryId: digest?.id ?? "" });
  };
  await sender.commit(pace(1), notifyOnBreakers("team"), ...openBreakers(names(2)));
  await seal();
  answers.set("team", 410);
  sender.start();
  await sender.settled(2);
  answers.clear();
  await sender.commit(pace(1000), ...openBreakers(["late"]));
  await sender.settled(3);
  await sender.commit(pace(1), ...closeBreakers([...names(2), "late"]));
  await seal();
  await sender.settled(4);
  expect(received()).toEqual([
    "team: alert.fired breaker_open:late",
    "team: alert.digest alert.resolved breaker_open:late",
  ]);
});

test("a channel turned off is sent the ends when it is on again, and no new firings from meanwhile", async () => {
  await sender.commit(put("team"), notifyOnBreakers("team"), ...openBreakers(names(1)));
  sender.start();
  await sender.settled(1);
  await sender.commit(put("team", { enabled: false }));
  await sender.commit(...closeBreakers(names(1)), ...openBreakers(["b"]));
  await sender.commit(...closeBreakers(["b"]), { type: "channel.test", channelId: "team" });
  await sender.settled(2);
  expect(received()).toEqual([`team: alert.fired ${A}`, "team: test "]);
  await sender.commit(put("team", { enabled: true }));
  await sender.settled(3);
  expect(received().at(-1)).toBe(`team: alert.resolved ${A}`);
});

test("a firing pending when its channel was turned off is sent when it is on again, if it still fires; else neither that nor its end", async () => {
  await sender.commit(
    put("team"),
    notifyOnBreakers("team"),
    ...openBreakers(names(2)),
    put("team", { enabled: false }),
  );
  sender.start();
  await sender.commit(...closeBreakers([names(2)[1] as string]));
  await sender.settled(1);
  expect(received()).toEqual([]);
  await sender.commit(put("team", { enabled: true }));
  await expect.poll(received).toEqual([`team: alert.fired ${A}`]);
  await sender.commit(...closeBreakers([names(2)[0] as string]));
  await expect.poll(received).toEqual([`team: alert.fired ${A}`, `team: alert.resolved ${A}`]);
});

test("deliveries and digests of a removed channel do not go to a new one with its id", async () => {
  const stormy = { config: { stormThreshold: 1, stormWindowMs: 1000 } };
  await sender.commit(put("team", stormy), notifyOnBreakers("team"), ...openBreakers(names(3)));
  await sender.commit({ type: "channel.remove", channelId: "team" });
  await sender.commit(put("team", stormy), ...openBreakers(["late"]));
  sender.start();
  await sender.settled(3);
  expect(received()).toEqual(["team: alert.fired breaker_open:late"]);
  await sender.commit(...closeBreakers([...names(3), "late"]));
  await expect.poll(received, { timeout: 15_000 }).toHaveLength(2);
  expect(received().at(-1)).toContain("alert.resolved breaker_open:late");
});

test("a removed channel, and a new one with its id, are sent no end", async () => {
  await sender.commit(put("team"), put("gone"), notifyOnBreakers("team", "gone"), ...openBreakers(names(1)));
  sender.start();
  await sender.settled(2);
  await sender.commit({ type: "channel.remove", channelId: "team" }, { type: "channel.remove", channelId: "gone" });
  await sender.commit(put("team"));
  await sender.commit(...closeBreakers(names(1)), { type: "channel.test", channelId: "team" });
  await sender.settled(3);
  expect(received().filter((line) => line.includes("resolved"))).toEqual([]);
});
