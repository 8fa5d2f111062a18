import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { tries } from "../kernel/depth.test-kit.ts";
import { World } from "../kernel/tx.test-kit.ts";
import type { Delivery } from "./contract.ts";
import { FULL_DIGEST } from "./throttle.ts";

const HOOK = { type: "channel.put", kind: "webhook", target: "https://example.com/hook" } as const;
const RULE = {
  type: "rule.put",
  ruleId: "breaker_open",
  kind: "breaker_open",
  params: {},
  severity: "critical",
  enabled: true,
} as const;

function worldOf(config: object = {}, escalation: { afterMs: number; channels: string[] }[] = []): World {
  const world = new World();
  world.commit(
    { ...HOOK, channelId: "team", config },
    { ...HOOK, channelId: "boss", config },
    { ...RULE, channels: ["team"], escalation },
  );
  return world;
}

const agents = (count: number, prefix = "a") => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const open = (...keys: string[]): ClientMutationInput[] =>
  keys.flatMap((agentKey): ClientMutationInput[] => [
    { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey, success: false },
  ]);
const close = (...keys: string[]): ClientMutationInput[] =>
  keys.map((agentKey) => ({ type: "breaker.reset", agentKey, reason: "fixed" }));
const of = (world: World, ...statuses: Delivery["status"][]) =>
  world.all("delivery").filter(({ status }) => statuses.includes(status));
const digests = (world: World) => world.all("delivery").filter(({ event }) => event === "alert.digest");
const sealAll = (world: World) => {
  for (const { id: deliveryId } of of(world, "collecting")) world.tick({ type: "delivery.seal", deliveryId });
};

describe("a storm", () => {
  test("of 100 alerts at once becomes ten messages and one digest of the other ninety", () => {
    const world = worldOf();
    world.commit(...open(...agents(100)));
    expect([of(world, "pending").length, of(world, "digested").length]).toEqual([10, 90]);
    const [digest, ...others] = digests(world);
    expect(others).toEqual([]);
    expect(digest).toMatchObject({
      ...{ status: "collecting", channelId: "team", alertId: null, attempts: 0 },
      payload: { digest: { count: 90, windowMs: 60_000 } },
      nextAt: new Date(world.now + 60_000).toISOString(),
    });
    expect(new Set(of(world, "digested").map(({ digestId }) => digestId))).toEqual(new Set([digest?.id]));
    const alerts = world.all("delivery").flatMap(({ alertId }) => alertId ?? []);
    expect(alerts.sort()).toEqual(
      world
        .all("alert")
        .map(({ id }) => id)
        .sort(),
    );

    world.now += 60_000;
    world.tick({ type: "delivery.seal", deliveryId: digest?.id ?? "" });
    expect(world.row("delivery", digest?.id ?? "")).toMatchObject({ status: "pending", attempts: 0 });
    expect(world.events.at(-1)).toMatchObject({ type: "delivery.sealed", payload: { channelId: "team", count: 90 } });
    const { seq } = world;
    world.tick({ type: "delivery.seal", deliveryId: digest?.id ?? "" });
    expect(world.seq).toBe(seq);
    world.commit(...open("late"));
    expect(of(world, "pending")).toHaveLength(12);
  });

  test("is none below the threshold, over however long a time, and each channel has its own", () => {
    const world = worldOf({ stormThreshold: 3, stormWindowMs: 10_000 });
    world.commit(
      { ...HOOK, channelId: "calm", config: { stormThreshold: 50 } },
      { ...RULE, channels: ["team", "calm"] },
    );
    for (const key of agents(12)) {
      world.commit(...open(key));
      world.now += 3334;
    }
    expect(of(world, "pending")).toHaveLength(24);
    world.commit(...open(...agents(12, "b")));
    const pending = of(world, "pending").slice(24);
    expect(pending.filter(({ channelId }) => channelId === "calm")).toHaveLength(12);
    expect(pending.filter(({ channelId }) => channelId === "team")).toHaveLength(1);
    expect(of(world, "digested")).toHaveLength(11);
  });

  test("that goes on becomes one digest per window, until fewer fire", () => {
    const world = worldOf({ stormThreshold: 5, stormWindowMs: 10_000 });
    for (const round of [0, 1, 2, 3]) {
      world.commit(...open(...agents(20, `r${round}-`)));
      world.now += 9_999;
      sealAll(world);
    }
    expect(digests(world).map(({ payload }) => (payload as { digest: { count: number } }).digest.count)).toEqual([
      15, 20, 20, 20,
    ]);
    world.now += 10_000;
    world.commit(...open("calm"));
    expect(of(world, "pending").at(-1)).toMatchObject({ event: "alert.fired", alertId: "breaker_open:calm" });
  });

  test("the end of an alert comes in a digest if its beginning did, else by itself", () => {
    const world = worldOf({ stormThreshold: 2, stormWindowMs: 10_000 });
    world.commit(...open("a", "b", "c"));
    expect(world.row("alert", "breaker_open:c").reach).toEqual({ team: "digest" });
    sealAll(world);
    world.now += 60_000;
    world.commit(...close("c"));
    world.now += 1;
    world.commit(...close("a"));
    const ends = world.all("delivery").filter(({ event }) => event === "alert.resolved");
    expect(ends.map(({ alertId, status }) => [alertId, status])).toEqual([
      ["breaker_open:c", "digested"],
      ["breaker_open:a", "pending"],
    ]);
    world.now += 5000;
    // It fires again while the digest with its end is collected: nothing overtakes.
    world.commit(...open("c"));
    expect(of(world, "digested").at(-1)).toMatchObject({ event: "alert.reopened", alertId: "breaker_open:c" });
    sealAll(world);
    world.now += 60_000;
    world.commit({ type: "alert.acknowledge", alertId: "breaker_open:c" });
    world.commit({ type: "alert.unacknowledge", alertId: "breaker_open:c" });
    expect(of(world, "pending").at(-1)).toMatchObject({ event: "alert.unacknowledged" });
    expect(world.row("alert", "breaker_open:c").reach).toEqual({});
  });

  test("that is over leaves no message behind that overtakes its digest", () => {
    const world = worldOf({ stormThreshold: 3, stormWindowMs: 2000 });
    world.commit(...open("a", "b", "c"));
    world.now += 1999;
    world.commit(...open("late"));
    const alertId = "breaker_open:late";
    expect(of(world, "digested")).toMatchObject([{ alertId, event: "alert.fired" }]);
    world.now += 2;
    // Few lie within the window by now, but the beginning of this one has not been sent yet.
    world.commit({ type: "alert.acknowledge", alertId }, { type: "alert.unacknowledge", alertId });
    world.commit(...open("other"));
    expect(of(world, "pending").at(-1)).toMatchObject({ alertId: "breaker_open:other" });
    world.commit(...close("late"));
    const about = () => world.all("delivery").filter((one) => one.alertId === alertId);
    expect(about().map(({ event, status }) => [event, status])).toEqual([
      ["alert.fired", "digested"],
      ["alert.unacknowledged", "digested"],
      ["alert.resolved", "digested"],
    ]);
    expect(new Set(about().map(({ digestId }) => digestId)).size).toBe(1);
  });

  test("of escalations goes into a digest too", () => {
    const world = worldOf({}, [{ afterMs: 60_000, channels: ["boss"] }]);
    world.commit(...open(...agents(30)));
    world.now += 60_000;
    world.tick(
      ...world.all("alert").map(({ id: alertId, escalateAt }) => ({
        ...{ type: "alert.escalate" as const, alertId, escalateAt: escalateAt ?? "" },
      })),
    );
    const toBoss = world.all("delivery").filter(({ channelId }) => channelId === "boss");
    const count = (status: string) => toBoss.filter((one) => one.status === status).length;
    expect([count("pending"), count("collecting"), count("digested")]).toEqual([10, 1, 20]);
  });

  test("a full digest is sent at once, and another begins", () => {
    const world = worldOf({ stormThreshold: 1 });
    for (let n = 0; n < 5; n += 1) world.commit(...open(...agents(420, `r${n}-`)));
    expect(digests(world).map(({ status, payload }) => [status, payload])).toMatchObject([
      ["pending", { digest: { count: FULL_DIGEST } }],
      ["pending", { digest: { count: FULL_DIGEST } }],
      ["collecting", { digest: { count: 2100 - 1 - 2 * FULL_DIGEST } }],
    ]);
  });

  test("a digest that is collected is not replayed, one that has failed is; its parts can be sent by themselves", () => {
    const world = worldOf({ stormThreshold: 1 });
    world.commit(...open("a", "b"));
    const [digest] = digests(world);
    const deliveryId = digest?.id ?? "";
    expect(world.refuse({ type: "delivery.replay", deliveryId }).code).toBe("illegal_transition");
    sealAll(world);
    world.tick({ type: "delivery.fail", deliveryId, attempt: 1, responseStatus: 410, error: "e", retryInMs: null });
    const [again] = world.commit({ type: "delivery.replay", deliveryId }) as Delivery[];
    expect(again).toMatchObject({ status: "pending", replayOf: deliveryId, event: "alert.digest" });
    const [part] = of(world, "digested");
    const [alone] = world.commit({ type: "delivery.replay", deliveryId: part?.id ?? "" }) as Delivery[];
    expect(alone).toMatchObject({ status: "pending", replayOf: part?.id, event: "alert.fired", digestId: null });
  });
});

type Step =
  | { do: "open" | "close" | "acknowledge" | "unacknowledge" | "escalate"; agent: number }
  | { do: "many"; count: number }
  | { do: "wait"; ms: number }
  | { do: "seal" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("open", "open", "close", "acknowledge", "unacknowledge", "escalate" as const),
    agent: fc.nat(7),
  }),
  fc.record({ do: fc.constant("many" as const), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 400, 1000, 3000) }),
  fc.record({ do: fc.constant("seal" as const) }),
);

/** Takes a step if it is legal; the clock seals what is due, as the server does. */
function take(world: World, one: Step): void {
  if (one.do === "wait") world.now += one.ms;
  else if (one.do === "seal") {
    const at = new Date(world.now).toISOString();
    for (const { id: deliveryId, nextAt } of of(world, "collecting"))
      if (nextAt && nextAt <= at) world.tick({ type: "delivery.seal", deliveryId });
  } else if (one.do === "many") world.commit(...open(...agents(one.count)));
  else {
    const agentKey = `a${one.agent}`;
    const alertId = `breaker_open:${agentKey}`;
    const alert = world.all("alert").find(({ id }) => id === alertId);
    if (one.do === "open") world.commit(...open(agentKey));
    else if (one.do === "close") world.attempt(close(agentKey));
    else if (one.do === "escalate") {
      if (alert?.escalateAt) world.tick({ type: "alert.escalate", alertId, escalateAt: alert.escalateAt });
    } else world.attempt([{ type: `alert.${one.do}`, alertId }]);
  }
}

test("in any order of events, a storm notifies of the same as without digests, each in one message, none overtaken", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const escalation = [{ afterMs: 1000, channels: ["boss", "team"] }];
      const [storm, calm] = [
        worldOf({ stormThreshold: 3, stormWindowMs: 2000 }, escalation),
        worldOf({ stormThreshold: 1000 }, escalation),
      ];
      /** By delivery, the step after which its message was ready to be sent. */
      const ready = new Map<string, number>();
      steps.forEach((one, n) => {
        take(storm, one);
        take(calm, one);
        for (const { id } of of(storm, "pending")) if (!ready.has(id)) ready.set(id, n);
      });
      const notified = (world: World) =>
        world
          .all("delivery")
          .filter(({ alertId }) => alertId !== null)
          .map(({ channelId, alertId, event }) => `${channelId} ${alertId} ${event}`);
      expect(notified(storm)).toEqual(notified(calm));

      const last = new Map<string, number>();
      for (const { id, channelId, alertId, status, digestId } of storm.all("delivery")) {
        if (alertId === null) continue;
        expect(status).toBe(digestId === null ? "pending" : "digested");
        const at = ready.get(digestId ?? id) ?? Number.POSITIVE_INFINITY;
        const key = `${channelId} ${alertId}`;
        expect(at).toBeGreaterThanOrEqual(last.get(key) ?? 0);
        last.set(key, at);
      }
      for (const { id, channelId, payload } of digests(storm)) {
        const parts = storm.all("delivery").filter(({ digestId }) => digestId === id);
        expect(parts.every((part) => part.channelId === channelId)).toBe(true);
        expect((payload as { digest: { count: number } }).digest.count).toBe(parts.length);
      }
    }),
    { numRuns: tries(300) },
  );
}, 60_000);
