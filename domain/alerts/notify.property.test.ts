import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientMutationInput, ClockMutation } from "../commit/mutations.ts";
import { tries } from "../kernel/depth.test-kit.ts";
import { World } from "../kernel/tx.test-kit.ts";

/**
 * Whatever happens to rules, channels and alerts: a channel is sent the end of a firing exactly if
 * it was sent that it fires, afterwards and once. The model knows nothing of how that is kept: it
 * reads what is sent, and who is there.
 */
const CHANNELS = ["team", "boss", "extra"] as const;
const RULES = ["breaker_open", "rate"] as const;
const AGENTS = ["a", "b"] as const;
type RuleId = (typeof RULES)[number];

const names = fc.subarray([...CHANNELS]);
const on = fc.constantFrom(...AGENTS);
const of = fc.record({ rule: fc.constantFrom(...RULES), agent: on });
const some = <T extends string>(act: T) => of.map((alert) => ({ act, ...alert }));
const step = fc.oneof(
  ...["fire", "fire", "end", "acknowledge", "unacknowledge", "snooze", "sleep", "wake", "escalate", "unfold"].map(some),
  some("resolve"),
  fc.record({
    act: fc.constant("rule"),
    rule: fc.constantFrom(...RULES),
    channels: names,
    steps: fc.array(names, { maxLength: 2 }),
    severity: fc.constantFrom("critical", "info"),
    notifyFolded: fc.boolean(),
    enabled: fc.constantFrom(true, true, true, false),
  }),
  fc.record({ act: fc.constant("rule gone"), rule: fc.constantFrom(...RULES) }),
  fc.record({ act: fc.constantFrom("channel", "off", "gone"), channel: fc.constantFrom(...CHANNELS) }),
  fc.record({ act: fc.constantFrom("clock", "seal") }),
);
type Step = {
  act: string;
  rule?: RuleId;
  agent?: string;
  channel?: string;
  channels?: string[];
  steps?: string[][];
  severity?: "critical" | "info";
  notifyFolded?: boolean;
  enabled?: boolean;
};

const HOOK = { kind: "webhook", target: "https://example.com/hook", config: { stormThreshold: 2 } } as const;
const idOf = ({ rule, agent }: Step) => `${rule}:${agent}`;

function begin(): World {
  const world = new World();
  for (const channelId of CHANNELS) world.commit({ type: "channel.put", channelId, ...HOOK });
  for (const agentKey of AGENTS)
    world.commit({ type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } });
  for (const rule of RULES) take(world, { act: "rule", rule, channels: ["team"], steps: [["boss"]], enabled: true });
  return world;
}

/** Takes a step if it is legal. */
function take(world: World, one: Step): void {
  const alertId = idOf(one);
  const client = (...mutations: ClientMutationInput[]) => void world.attempt(mutations);
  const clock = (...mutations: ClockMutation[]) => void world.tick(...mutations);
  const alert = world.get("alert", alertId);
  switch (one.act) {
    case "fire":
      if (one.rule === "breaker_open") client({ type: "breaker.record", agentKey: one.agent ?? "", success: false });
      else
        clock({
          ...{ type: "alert.fire", alertId, ruleId: "rate", title: "Low", detail: null, runId: null, value: 1 },
          ...{ threshold: 2, subject: { kind: "agent", id: one.agent ?? "" }, causeId: `breaker_open:${one.agent}` },
        });
      break;
    case "end":
      if (one.rule === "breaker_open") client({ type: "breaker.reset", agentKey: one.agent ?? "", reason: "fixed" });
      else clock({ type: "alert.clear", alertId, reason: "over" });
      break;
    case "acknowledge":
    case "unacknowledge":
    case "resolve":
      client({ type: `alert.${one.act}`, alertId });
      break;
    case "snooze":
      client({ type: "alert.snooze", alertId, until: new Date(world.now + 100).toISOString() });
      break;
    case "sleep":
      client({ type: "alert.snooze", alertId, mode: "resolved" });
      break;
    case "wake":
      world.now += 101;
      if (alert?.snoozedUntil) clock({ type: "alert.snooze_expire", alertId, snoozedUntil: alert.snoozedUntil });
      break;
    case "escalate":
      if (alert?.escalateAt) clock({ type: "alert.escalate", alertId, escalateAt: alert.escalateAt });
      break;
    case "unfold":
      if (alert) clock({ type: "alert.unfold", alertId });
      break;
    case "rule": {
      const { rule: ruleId = "rate", channels = [], steps = [], severity = "critical", enabled = true } = one;
      const isThere = (id: string) => world.row("channel", id).removedAt === null;
      const escalation = steps
        .map((each) => ({ afterMs: 1000, channels: each.filter(isThere) }))
        .filter((each) => each.channels.length > 0);
      client({
        ...{ type: "rule.put", ruleId, severity, enabled, channels: channels.filter(isThere), escalation },
        ...{ notifyFolded: one.notifyFolded ?? false },
        ...(ruleId === "rate" ? { kind: "success_rate", params: {} } : { kind: "breaker_open", params: {} }),
      } as ClientMutationInput);
      break;
    }
    case "rule gone":
      client({ type: "rule.remove", ruleId: one.rule ?? "" });
      break;
    case "channel":
    case "off":
      client({ type: "channel.put", channelId: one.channel ?? "", ...HOOK, enabled: one.act === "channel" });
      break;
    case "gone":
      client({ type: "channel.remove", channelId: one.channel ?? "" });
      break;
    case "clock":
      for (const { id, rule, status } of world.all("alert"))
        if (status !== "resolved" && world.get("rule", rule)?.enabled !== true)
          clock({ type: "alert.clear", alertId: id, reason: "its rule is off" });
      break;
    case "seal":
      for (const { id: deliveryId, status } of world.all("delivery"))
        if (status === "collecting") clock({ type: "delivery.seal", deliveryId });
  }
}

test("whatever happens, the end is sent to exactly those who were sent the firing, after it and once", () => {
  fc.assert(
    fc.property(fc.array(step as fc.Arbitrary<Step>, { minLength: 1, maxLength: 60 }), (steps) => {
      const world = begin();
      /** By alert: the channels that know that it fires, each as the one that it was then. */
      const know = new Map<string, Map<string, string>>();
      const knowersOf = (alertId: string) => know.get(alertId) ?? new Map<string, string>();
      const channel = (channelId: string) => world.row("channel", channelId);
      const isSame = ([channelId, createdAt]: [string, string]) =>
        channel(channelId).removedAt === null && channel(channelId).createdAt === createdAt;
      let seen = 0;
      for (const one of steps) {
        world.now += 1;
        const eventsBefore = world.events.length;
        const before = new Map(world.all("alert").map(({ id, status, reach }) => [id, { status, reach }]));
        take(world, one);
        const created = world.all("delivery").filter(({ alertId }) => alertId !== null);
        const sent = created.slice(seen).map(({ channelId, alertId, event }) => ({ channelId, alertId, event }));
        seen = created.length;
        const ended = world.events
          .slice(eventsBefore)
          .flatMap(({ type, subject }) => (type === "alert.resolved" ? [subject.id] : []));
        // The end goes to who knows and is still there; to nobody else, and to nobody twice.
        const ends = sent.filter(({ event }) => event === "alert.resolved");
        const owed = ended.flatMap((alertId) =>
          [...knowersOf(alertId)].filter(isSame).map(([channelId]) => `${alertId} ${channelId}`),
        );
        expect(ends.map(({ alertId, channelId }) => `${alertId} ${channelId}`).sort()).toEqual(owed.sort());
        for (const alertId of ended) know.delete(alertId);
        for (const { alertId, channelId, event } of sent) {
          expect(channel(channelId).removedAt).toBeNull();
          if (event === "alert.resolved" || alertId === null) continue;
          expect(channel(channelId).enabled).toBe(true);
          expect(world.row("alert", alertId).status).toBe("firing");
          know.set(alertId, new Map(knowersOf(alertId)).set(channelId, channel(channelId).createdAt));
        }
        // Who is held back knows of the cause, or is held back from that; who is not, and is named,
        // was sent it.
        for (const { type, subject } of world.events.slice(eventsBefore)) {
          const alert = world.get("alert", subject.id);
          if (alert?.status !== "firing" || !["alert.fired", "alert.reopened"].includes(type)) continue;
          const cause = alert.causeId === null ? undefined : world.get("alert", alert.causeId);
          for (const channelId of world.row("rule", alert.rule).channels) {
            if (channel(channelId).removedAt !== null || !channel(channelId).enabled) continue;
            const held = alert.reach[channelId] === "held";
            expect(knowersOf(alert.id).has(channelId)).toBe(!held);
            if (held) expect([...knowersOf(cause?.id ?? "")].filter(isSame).map(([id]) => id)).toContain(channelId);
          }
        }
        // Who was held back is sent it when the cause has ended, whatever the rule says by now.
        for (const { type, subject, payload } of world.events.slice(eventsBefore)) {
          if (type !== "alert.unfolded") continue;
          const held = Object.entries(before.get(subject.id)?.reach ?? {}).flatMap(([id, how]) =>
            how === "held" ? [id] : [],
          );
          expect((payload as { channels: string[] }).channels.sort()).toEqual(held.sort());
          if (!world.get("rule", world.row("alert", subject.id).rule)?.enabled) continue;
          for (const channelId of held)
            if (channel(channelId).removedAt === null && channel(channelId).enabled)
              expect(knowersOf(subject.id).has(channelId)).toBe(true);
        }
        // What the rows say agrees with what was sent.
        for (const { id: alertId, status, notified } of world.all("alert"))
          if (status !== "resolved")
            expect(Object.keys(notified).sort()).toEqual([...knowersOf(alertId).keys()].sort());
      }
    }),
    { numRuns: tries(150) },
  );
}, 120_000);
