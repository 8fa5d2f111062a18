import { beforeEach, expect, test } from "vitest";
import { World } from "../kernel/tx.test-kit.ts";

let world: World;
let deliveryId: string;
beforeEach(() => {
  world = new World();
  world.commit({ type: "channel.put", channelId: "hook", kind: "webhook", target: "https://example.com/hook" });
  const [made] = world.commit({ type: "channel.test", channelId: "hook" }) as { id: string }[];
  deliveryId = made?.id ?? "";
});

const at = (ms: number) => new Date(world.now + ms).toISOString();

test("a delivery is tried again at its time, until it has arrived", () => {
  world.tick({
    type: "delivery.fail",
    deliveryId,
    attempt: 1,
    responseStatus: 500,
    error: "answered 500",
    retryInMs: 5,
  });
  expect(world.row("delivery", deliveryId)).toMatchObject({ status: "pending", attempts: 1, nextAt: at(5) });
  world.tick({ type: "delivery.succeed", deliveryId, attempt: 2, responseStatus: 204 });
  expect(world.row("delivery", deliveryId)).toMatchObject({
    status: "delivered",
    attempts: 2,
    nextAt: null,
    error: null,
  });
});

test("a try that was reported already, or by a sender that was overtaken, changes nothing", () => {
  const fail = { type: "delivery.fail", deliveryId, attempt: 1, responseStatus: null, error: "e" } as const;
  world.tick({ ...fail, retryInMs: 5 });
  const { seq } = world;
  world.tick({ ...fail, retryInMs: null });
  world.tick({ type: "delivery.succeed", deliveryId, attempt: 1, responseStatus: 200 });
  expect(world.seq).toBe(seq);
  world.tick({ type: "delivery.succeed", deliveryId, attempt: 2, responseStatus: 200 });
  world.tick({ ...fail, attempt: 3, retryInMs: null });
  expect(world.row("delivery", deliveryId).status).toBe("delivered");
});

test("a replay is a new delivery that remembers the first one; one on its way is not replayed", () => {
  expect(world.refuse({ type: "delivery.replay", deliveryId }).code).toBe("illegal_transition");
  world.tick({ type: "delivery.fail", deliveryId, attempt: 1, responseStatus: 410, error: "e", retryInMs: null });
  expect(world.row("delivery", deliveryId)).toMatchObject({ status: "failed", nextAt: null });
  const [again] = world.commit({ type: "delivery.replay", deliveryId }) as { id: string }[];
  expect(world.row("delivery", again?.id ?? "")).toMatchObject({
    status: "pending",
    replayOf: deliveryId,
    event: "test",
  });
  world.tick({ type: "delivery.succeed", deliveryId: again?.id ?? "", attempt: 1, responseStatus: 200 });
  const [third] = world.commit({ type: "delivery.replay", deliveryId: again?.id ?? "" }) as { id: string }[];
  expect(world.row("delivery", third?.id ?? "").replayOf).toBe(deliveryId);
  world.tick({ type: "delivery.succeed", deliveryId: third?.id ?? "", attempt: 1, responseStatus: 200 });
  world.commit({ type: "channel.remove", channelId: "hook" });
  expect(world.refuse({ type: "delivery.replay", deliveryId }).code).toBe("not_found");
});
