import { expect, test } from "vitest";
import { contractOf } from "../commit/mutations.ts";
import { World } from "../kernel/tx.test-kit.ts";
import { logTrim } from "./retention.ts";

const TRIM = { type: "log.trim", from: 0, floor: 40, events: 40, receipts: 7, archive: null } as const;

test("what left the log stands in the log as one event, and changes no row", () => {
  const world = new World();
  world.tick({ ...TRIM });
  expect(world.events).toMatchObject([
    {
      type: "log.trimmed",
      subject: { kind: "log", id: "events" },
      payload: { from: 0, floor: 40, events: 40, receipts: 7, archive: null },
    },
  ]);
});

test("clients cannot say that the log was trimmed", () => {
  expect(contractOf("log.trim")).toBeUndefined();
  expect(logTrim.safeParse({ ...TRIM, floor: -1 }).success).toBe(false);
});
