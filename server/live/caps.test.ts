import { afterEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { MemoryLog, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let t: TestLive;
afterEach(() => t.close());

const refused = async () => {
  const metrics = await t.registry.getMetricsAsJSON();
  const found = metrics.find(({ name }) => name === "switchyard_live_refused_total");
  return Object.fromEntries(found?.values.map(({ labels, value }) => [labels.reason, value]) ?? []);
};

test.each([
  ["malformed subscriptions", "subscribe", { topic: 7 }],
  ["unsubscriptions", "unsubscribe", { topic: "runs" }],
  ["messages nobody knows", "nonsense", "x".repeat(1_000)],
])("a socket that floods with %s is disconnected, is counted, and others go on", async (_, event, message) => {
  t = await startLive(new MemoryLog(), { limits: { messages: [200, 1] } });
  const [noisy, calm] = [await t.connect({ reconnection: false }), await t.connect()];
  let ended = "";
  noisy.on("disconnect", (reason) => {
    ended = reason;
  });
  for (let i = 0; i < 2_000; i++) noisy.emit(event as "subscribe", message as never, () => {});
  await eventually(() => expect(ended).not.toBe(""));
  expect(await refused()).toEqual({ too_many_messages: 1 });
  expect(await subscribe(calm, "runs")).toMatchObject({ head: 0 });
  await eventually(() => expect(t.live.stats().sockets).toBe(1));
});

test("messages to no namespace and no handler count as well", async () => {
  t = await startLive(new MemoryLog(), { limits: { messages: [50, 1] } });
  const { engine } = (await t.connect({ reconnection: false })).io;
  const closed = new Promise((resolve) => engine.once("close", resolve));
  for (let i = 0; i < 500; i++) engine.write("0/nowhere,");
  await closed;
  expect(await refused()).toEqual({ too_many_messages: 1 });
});

test("sockets are bounded by key or person, by tenant and in all; closing one makes room", async () => {
  t = await startLive(new MemoryLog(), { limits: { perPrincipal: 2, perTenant: 10, sockets: 4 } });
  const first = await t.connect();
  await t.connect();
  await expect(t.connect({ reconnection: false })).rejects.toMatchObject({ data: { code: "too_many" } });
  first.disconnect();
  await eventually(() => expect(t.live.stats().sockets).toBe(1));
  await t.connect();
  await t.connect({ auth: { key: "two" } });
  await t.connect({ auth: { key: "two" } });
  await expect(t.connect({ auth: { key: "two" }, reconnection: false })).rejects.toThrow();
  expect(await refused()).toEqual({ principal_sockets: 1, sockets: 1 });
});
