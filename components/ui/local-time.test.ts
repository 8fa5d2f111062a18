import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { formatLocal, formatRange, fromLocal, toLocal } from "./local-time.ts";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test("a time that is opened and applied again stays that very time, in every zone, in repeated hours too", () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
  const times = fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2040-01-01") });
  fc.assert(
    fc.property(zones, times, (name, ms) => {
      process.env.TZ = name;
      const at = new Date(ms).toISOString();
      expect(fromLocal(toLocal(at), at)).toBe(at);
    }),
  );
  process.env.TZ = "America/New_York";
  for (const at of ["2026-11-01T05:30:00.123Z", "2026-11-01T06:30:00.123Z"])
    expect(fromLocal(toLocal(at), at)).toBe(at);
});

test("what is typed is a time of the reader's zone, and nothing is no time", () => {
  process.env.TZ = "Asia/Kathmandu";
  expect(fromLocal("2026-11-21T10:00", "2026-11-20T00:00:00.000Z")).toBe("2026-11-21T04:15:00.000Z");
  expect(fromLocal("", "2026-11-20T00:00:00.000Z")).toBeNull();
  expect(toLocal(null)).toBe("");
});

test("a time in full is the reader's own and says its offset, which separates repeated hours", () => {
  const written = (zone: string, at: string) => {
    process.env.TZ = zone;
    return formatLocal(at, "second");
  };
  expect(written("America/New_York", "2026-11-01T05:30:00Z")).toBe("2026-11-01 01:30:00 UTC−4");
  expect(written("America/New_York", "2026-11-01T06:30:00Z")).toBe("2026-11-01 01:30:00 UTC−5");
  expect(written("Asia/Kathmandu", "2026-11-20T20:00:00Z")).toBe("2026-11-21 01:45:00 UTC+5:45");
  expect(written("America/St_Johns", "2026-11-21T12:00:00Z")).toBe("2026-11-21 08:30:00 UTC−3:30");
  expect(written("UTC", "2026-11-21T12:00:00Z")).toBe("2026-11-21 12:00:00 UTC");
  expect(formatLocal("soon")).toBe("–");
});

test("a stretch of time says the year when it is another, and the offsets where an hour is repeated", () => {
  process.env.TZ = "America/New_York";
  const now = Date.parse("2026-12-01T12:00:00Z");
  expect(formatRange("2026-11-21T09:42:00Z", "2026-11-22T05:00:00Z", now)).toBe("11-21 04:42 – 11-22 00:00");
  expect(formatRange("2026-11-01T05:30:00.500Z", "2026-11-01T06:30:00.900Z", now)).toBe(
    "11-01 01:30 UTC−4 – 11-01 01:30 UTC−5",
  );
  expect(formatRange("2025-11-21T09:42:00Z", null, now)).toBe("2025-11-21 04:42 – now");
  expect(formatRange(null, "2026-11-21T09:42:00Z", now)).toBe("… – 11-21 04:42");
});
