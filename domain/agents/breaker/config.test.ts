import { describe, expect, test } from "vitest";
import { breakerConfig, resolveBreakerConfig } from "./config.ts";

describe("configuration", () => {
  test("every field may be left out and has a default", () => {
    expect(resolveBreakerConfig(breakerConfig.parse({}))).toEqual({
      window: "count",
      windowSize: 20,
      minimumCalls: 5,
      failureRateThreshold: 0.5,
      slowCallRateThreshold: 1,
      openMs: 30_000,
      openMultiplier: 1,
      permittedTrials: 3,
      trialTimeoutMs: 60_000,
    });
  });

  test("a full configuration is legal input and resolves to itself", () => {
    const full = resolveBreakerConfig({ window: "time", slowCallMs: 200, maxOpenMs: 60_000 });
    expect(resolveBreakerConfig(breakerConfig.parse(full))).toEqual(full);
  });

  test.each([
    { windowSize: 1001 },
    { window: "count", windowSize: 2000 },
    { window: "time", windowSize: 3601 },
    { windowSize: 0 },
    { failureRateThreshold: 1.1 },
    { openMultiplier: 0.5 },
    { openMs: 1.5 },
    { openMs: Number.MAX_SAFE_INTEGER },
    { colour: "red" },
  ])("refuses %j", (config) => {
    expect(breakerConfig.safeParse(config).success).toBe(false);
  });

  test("a time window may be an hour long", () => {
    expect(breakerConfig.safeParse({ window: "time", windowSize: 3600 }).success).toBe(true);
  });
});
