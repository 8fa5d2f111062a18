import { expect, test } from "vitest";
import { World, worldWith } from "./tx.test-kit.ts";

test("an event of the orchestrator's own is in the log unchanged, and changes no row", () => {
  const world = worldWith();
  const subject = { kind: "deploy", id: "d1" };
  const { events, changed } = world.attempt([
    { type: "event.append", eventType: "x.deployed", subject, runId: "r", payload: { to: "eu" } },
  ]);
  expect(events).toEqual([{ type: "x.deployed", subject, runId: "r", payload: { to: "eu" } }]);
  expect(changed).toEqual([]);
});

test("without a subject it is about its run, or about the log", () => {
  const world = worldWith();
  world.commit({ type: "event.append", eventType: "x.a", runId: "r" }, { type: "event.append", eventType: "x.b" });
  expect(world.events.slice(-2).map((event) => event.subject)).toEqual([
    { kind: "run", id: "r" },
    { kind: "tenant", id: "log" },
  ]);
});

test("of an unknown run it is refused", () => {
  expect(new World().refuse({ type: "event.append", eventType: "x.a", runId: "none" }).code).toBe("not_found");
});

test.each(["job.completed", "x.", "x", "X.a", "x.a b", `x.${"a".repeat(121)}`])(
  "the type %j is refused: other types are ours",
  (eventType) => {
    expect(new World().refuse({ type: "event.append", eventType })).toMatchObject({ path: "eventType" });
  },
);
