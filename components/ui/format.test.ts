import { expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRelative,
  formatSetting,
  formatTicking,
  formatUtc,
} from "./format.ts";

test("durations are short at every size and never say 60 seconds", () => {
  expect(
    [0, 840, 999.4, 999.6, 4_230, 9_960, 59_400, 59_600, 64_000, 3_599_600, 7_500_000, 273_600_000].map(formatDuration),
  ).toEqual([
    "0 ms",
    "840 ms",
    "999 ms",
    "1.0 s",
    "4.2 s",
    "10 s",
    "59 s",
    "1m 00s",
    "1m 04s",
    "1h 00m",
    "2h 05m",
    "3d 4h",
  ]);
  expect([null, undefined, -1, Number.NaN].map((value) => formatDuration(value))).toEqual(["–", "–", "–", "–"]);
});

test("a ticking duration shows whole seconds", () => {
  expect([-5, 900, 42_999, 64_000].map(formatTicking)).toEqual(["0s", "0s", "42s", "1m 04s"]);
});

test("a length of time that somebody has set has no part of zero", () => {
  expect([200, 60_000, 64_000, 5_400_000, 3_600_000, 7_776_000_000].map(formatSetting)).toEqual([
    "200 ms",
    "1m",
    "1m 04s",
    "1h 30m",
    "1h",
    "90d",
  ]);
});

test("relative times look both ways", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(formatRelative("2026-11-21T11:59:59.500Z", now)).toBe("just now");
  expect(formatRelative("2026-11-21T11:59:48Z", now)).toBe("12s ago");
  expect(formatRelative("2026-11-21T12:05:00Z", now)).toBe("in 5m");
  expect(formatRelative("2026-11-18T12:00:00Z", now)).toBe("3d ago");
  expect(formatRelative("no time", now)).toBe("–");
});

test("a rate never rounds up to 100 % or down to 0 %", () => {
  expect([0, 0.0004, 0.5, 0.934, 0.9999, 1, null].map(formatPercent)).toEqual([
    "0%",
    "<0.1%",
    "50%",
    "93.4%",
    "99.9%",
    "100%",
    "–",
  ]);
});

test("counts have separators and become short from a million on", () => {
  expect([7, 12_345, 1_234_567, null].map(formatCount)).toEqual(["7", "12,345", "1.2M", "–"]);
});

test("a time in full says its zone, and is as fine as asked for", () => {
  const at = "2026-11-21T04:42:20.123+01:00";
  expect(formatUtc(at)).toBe("2026-11-21 03:42:20.123 UTC");
  expect(formatUtc(at, "second")).toBe("2026-11-21 03:42:20 UTC");
  expect(formatUtc(at, "minute")).toBe("2026-11-21 03:42 UTC");
  expect(formatUtc("soon")).toBe("–");
});

test("sizes are short at every size and never say 1024 KB", () => {
  expect([0, 1023, 1024, 12_595, 1_048_560, 4_194_304, 1_610_612_736].map(formatBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KB",
    "12.3 KB",
    "1.0 MB",
    "4.0 MB",
    "1.5 GB",
  ]);
});
