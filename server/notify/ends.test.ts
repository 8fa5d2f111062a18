import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { readRuleChanges } from "../store/due/rules.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { breakersTell, closeBreakers, type Desk, names, openBreakers, openDesk } from "./notify.test-kit.ts";

let database: TestDatabase;
let desk: Desk;
let receiver: http.Server;
let base = "";
let got: { channel: string; type: string; alerts: string[] }[] = [];
/** By channel, what it answers. */
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
  desk = await openDesk(database);
});
afterEach(() => desk.close());

const put = (channelId: string, more: object = {}): ClientMutationInput => ({
  ...{ type: "channel.put", channelId, kind: "webhook", target: `${base}/${channelId}`, ...more },
});
/** Does what the clock does about the rules. */
async function checkRules(): Promise<void> {
  const due = await readRuleChanges(laneDatabase(database.pool));
  for (const { tenantId, mutation } of due) if (tenantId === desk.tenant) await desk.tick(mutation);
}
const heard = () => got.map(({ channel, type, alerts }) => `${channel}: ${type} ${alerts.join(", ")}`);
const A = "breaker_open:a1";

test("the end of an alert whose rule was removed is sent to who was sent the firing", async () => {
  await desk.commit(put("team"), put("other"), breakersTell("team"), ...openBreakers(names(1)));
  desk.start();
  await desk.settled(1);
  await desk.commit(breakersTell("other"), { type: "rule.remove", ruleId: "breaker_open" });
  await checkRules();
  await desk.settled(2);
  expect(heard()).toEqual([`team: alert.fired ${A}`, `team: alert.resolved ${A}`]);
});

test("the end waits for the beginning that is tried again, and overtakes it neither alone nor in a digest", async () => {
  answers.set("team", 503);
  await desk.commit(
    put("team", { config: { stormThreshold: 2, stormWindowMs: 3_600_000 } }),
    breakersTell("team"),
    ...openBreakers(names(2)),
  );
  desk.start({ scheduleMs: Array(200).fill(50) });
  await expect
    .poll(async () => (await desk.deliveries()).every(({ attempts }) => attempts > 1), {
      timeout: 20_000,
      interval: 20,
    })
    .toBe(true);
  // The first ends at once; the storm puts its end, and that of the second, into a digest.
  await desk.commit(...closeBreakers(names(2)));
  const digest = async () => (await desk.deliveries()).find(({ event }) => event === "alert.digest");
  await desk.tick({ type: "delivery.seal", deliveryId: (await digest())?.id ?? "" });
  expect((await digest())?.status).toBe("pending");
  expect(got).toEqual([]);
  answers.delete("team");
  await desk.settled(3);
  expect(heard().slice(0, 2).sort()).toEqual([`team: alert.fired ${A}`, "team: alert.fired breaker_open:a2"]);
  expect(got.at(-1)).toEqual({
    ...{ channel: "team", type: "alert.digest" },
    alerts: [`alert.resolved ${A}`, "alert.resolved breaker_open:a2"],
  });
});

test("who never heard of the firing, as it was refused for good, is not sent its end; after a replay it is", async () => {
  answers.set("gone", 410);
  answers.set("back", 410);
  await desk.commit(put("gone"), put("back"), breakersTell("gone", "back"), ...openBreakers(names(1)));
  desk.start();
  await desk.settled(2);
  answers.clear();
  const lost = (await desk.deliveries()).find(({ channelId }) => channelId === "back");
  await desk.commit({ type: "delivery.replay", deliveryId: lost?.id ?? "" });
  await desk.settled(3);
  await desk.commit(...closeBreakers(names(1)));
  await desk.settled(5);
  expect(heard()).toEqual([`back: alert.fired ${A}`, `back: alert.resolved ${A}`]);
  const unsent = (await desk.deliveries()).find((one) => one.channelId === "gone" && one.event === "alert.resolved");
  expect(unsent).toMatchObject({ status: "failed", error: "not sent: nothing that said it fires had arrived" });
});

test("in a digest, too, nobody reads of the end of what they never heard of", async () => {
  const pace = (stormThreshold: number) => put("team", { config: { stormThreshold, stormWindowMs: 3_600_000 } });
  const seal = async () => {
    const digest = (await desk.deliveries()).find(({ status }) => status === "collecting");
    await desk.tick({ type: "delivery.seal", deliveryId: digest?.id ?? "" });
  };
  await desk.commit(pace(1), breakersTell("team"), ...openBreakers(names(2)));
  await seal();
  answers.set("team", 410);
  desk.start();
  await desk.settled(2);
  answers.clear();
  await desk.commit(pace(1000), ...openBreakers(["late"]));
  await desk.settled(3);
  await desk.commit(pace(1), ...closeBreakers([...names(2), "late"]));
  await seal();
  await desk.settled(4);
  expect(heard()).toEqual([
    "team: alert.fired breaker_open:late",
    "team: alert.digest alert.resolved breaker_open:late",
  ]);
});

test("a channel that is turned off is sent what ended when it is on again, and nothing that began meanwhile", async () => {
  await desk.commit(put("team"), breakersTell("team"), ...openBreakers(names(1)));
  desk.start();
  await desk.settled(1);
  await desk.commit(put("team", { enabled: false }));
  await desk.commit(...closeBreakers(names(1)), ...openBreakers(["b"]));
  await desk.commit(...closeBreakers(["b"]), { type: "channel.test", channelId: "team" });
  await desk.settled(2);
  expect(heard()).toEqual([`team: alert.fired ${A}`, "team: test "]);
  await desk.commit(put("team", { enabled: true }));
  await desk.settled(3);
  expect(heard().at(-1)).toBe(`team: alert.resolved ${A}`);
});

test("what was on its way to a channel when it was turned off is sent when it is on again, if it still fires; else neither that nor its end", async () => {
  await desk.commit(put("team"), breakersTell("team"), ...openBreakers(names(2)), put("team", { enabled: false }));
  desk.start();
  await desk.commit(...closeBreakers([names(2)[1] as string]));
  await desk.settled(1);
  expect(heard()).toEqual([]);
  await desk.commit(put("team", { enabled: true }));
  await expect.poll(heard).toEqual([`team: alert.fired ${A}`]);
  await desk.commit(...closeBreakers([names(2)[0] as string]));
  await expect.poll(heard).toEqual([`team: alert.fired ${A}`, `team: alert.resolved ${A}`]);
});

test("what was on its way to a channel that was removed, or collected for it, does not go to one that has its id since", async () => {
  const stormy = { config: { stormThreshold: 1, stormWindowMs: 1000 } };
  await desk.commit(put("team", stormy), breakersTell("team"), ...openBreakers(names(3)));
  await desk.commit({ type: "channel.remove", channelId: "team" });
  await desk.commit(put("team", stormy), ...openBreakers(["late"]));
  desk.start();
  await desk.settled(3);
  expect(heard()).toEqual(["team: alert.fired breaker_open:late"]);
  await desk.commit(...closeBreakers([...names(3), "late"]));
  await expect.poll(heard, { timeout: 15_000 }).toHaveLength(2);
  expect(heard().at(-1)).toContain("alert.resolved breaker_open:late");
});

test("a channel that was removed, and one that has its id since, are sent no end", async () => {
  await desk.commit(put("team"), put("gone"), breakersTell("team", "gone"), ...openBreakers(names(1)));
  desk.start();
  await desk.settled(2);
  await desk.commit({ type: "channel.remove", channelId: "team" }, { type: "channel.remove", channelId: "gone" });
  await desk.commit(put("team"));
  await desk.commit(...closeBreakers(names(1)), { type: "channel.test", channelId: "team" });
  await desk.settled(3);
  expect(heard().filter((line) => line.includes("resolved"))).toEqual([]);
});
