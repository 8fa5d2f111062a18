import { expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { World } from "../kernel/tx.test-kit.ts";

const HOOK: ClientMutationInput = {
  type: "channel.put",
  channelId: "hook",
  kind: "webhook",
  target: "https://example.com/hook?x=1",
};
const SLACK = "https://hooks.slack.com/services/T0/B0/verySecret";

test("a webhook gets a secret of its own, which no event and no result holds", () => {
  const world = new World();
  world.commit(HOOK);
  const { secret, enabled, name } = world.row("channel", "hook");
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
  expect([enabled, name]).toEqual([true, "hook"]);
  world.commit({ ...HOOK, name: "Pager" } as ClientMutationInput);
  expect(world.row("channel", "hook").secret).toBe(secret);
  world.commit({ type: "channel.rotate", channelId: "hook" });
  const rotated = world.row("channel", "hook");
  expect(rotated.previousSecret).toBe(secret);
  expect(rotated.secret).not.toBe(secret);
  const log = JSON.stringify(world.events);
  expect(log).not.toContain("whsec_");
  expect(log).not.toContain(atob(String(secret).slice(6)));
});

test("Slack's URL is a secret: events and the row's target hold its host alone", () => {
  const world = new World();
  world.commit({ type: "channel.put", channelId: "s", kind: "slack", target: SLACK });
  const { target, secret } = world.row("channel", "s");
  expect([target, secret]).toEqual(["https://hooks.slack.com/…", SLACK]);
  expect(JSON.stringify(world.events)).not.toContain("verySecret");
  world.commit({ type: "channel.put", channelId: "s", kind: "slack", target, enabled: false });
  expect(world.row("channel", "s")).toMatchObject({ secret: SLACK, enabled: false });
  const other = "https://elsewhere.example/…";
  expect(world.refuse({ type: "channel.put", channelId: "s", kind: "slack", target: other }).code).toBe(
    "not_permitted",
  );
  expect(world.refuse({ type: "channel.rotate", channelId: "s" }).code).toBe("not_permitted");
});

test.each([
  ["webhook", "ftp://example.com"],
  ["webhook", "example.com/hook"],
  ["webhook", "https://user:pass@example.com"],
  ["webhook", "https://example.com/#x"],
  ["webhook", "https://example.com\\@evil.example"],
  ["slack", "javascript:alert(1)"],
  ["alertmanager", ""],
  ["email", "nobody"],
  ["email", "a@example.com\nBcc: b@example.com"],
  ["email", "a@example.com,<b@example.com>"],
  ["email", "a@example.com, "],
  ["email", "Ada <a@example.com>"],
  ["email", '"a b"@example.com'],
  ["email", "a@b@example.com"],
  ["email", ".a@example.com"],
  ["email", "a@-example.com"],
  ["email", Array(21).fill("a@example.com").join()],
  ["browser", "https://example.com"],
] as const)("a %s channel cannot go to %j", (kind, target) => {
  expect(new World().attempt([{ type: "channel.put", channelId: "c", kind, target }]).faults).not.toEqual([]);
});

test("an e-mail channel goes to addresses, of which the log says the domains alone; it has no secret", () => {
  const world = new World();
  const target = "ada@example.com,grace.hopper+ops@navy.example";
  world.commit({ type: "channel.put", channelId: "m", kind: "email", target, config: { stormThreshold: 5 } });
  expect(world.row("channel", "m")).toMatchObject({
    target: "ada@example.com, grace.hopper+ops@navy.example",
    secret: null,
    config: { stormThreshold: 5 },
  });
  expect(world.events.at(-1)?.payload).toMatchObject({ target: "…@example.com, …@navy.example" });
  expect(JSON.stringify(world.events)).not.toMatch(/ada|grace/);
  expect(world.refuse({ type: "channel.rotate", channelId: "m" }).code).toBe("not_permitted");
});

test("a removed channel is gone with its secrets; put again, it is a new one", () => {
  const world = new World();
  world.commit(HOOK);
  const { secret } = world.row("channel", "hook");
  world.commit({ type: "channel.remove", channelId: "hook" });
  expect(world.row("channel", "hook")).toMatchObject({ secret: null, previousSecret: null, enabled: false });
  for (const type of ["channel.remove", "channel.rotate", "channel.test"] as const) {
    expect(world.refuse({ type, channelId: "hook" }).code).toBe("not_found");
  }
  world.commit(HOOK);
  expect(world.row("channel", "hook").secret).not.toBe(secret);
});

test("a kind stays what it is", () => {
  const world = new World();
  world.commit(HOOK);
  const slack = { type: "channel.put", channelId: "hook", kind: "slack", target: SLACK } as const;
  expect(world.refuse(slack).code).toBe("not_permitted");
});
