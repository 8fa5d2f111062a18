import { expect, test } from "vitest";
import { warningsOf } from "./warnings.ts";

const log = { head: 1, floor: 0, aheadMs: 0 };
const disk = { holds: "database", folder: "/data", freeBytes: 1, totalBytes: 100, short: true } as const;

test("a full disk and a clock that is behind are named, and nothing is where nothing is wrong", () => {
  expect(warningsOf({ memory: null, disks: null, log })).toEqual([]);
  expect(warningsOf({ memory: null, disks: [{ ...disk, short: false }], log })).toEqual([]);
  expect(warningsOf({ memory: null, disks: [disk], log: { ...log, aheadMs: 6_000 } })).toEqual([
    "Disk nearly full",
    "Clock is behind",
  ]);
});
