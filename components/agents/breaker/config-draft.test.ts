import { describe, expect, it } from "vitest";
import { resolveBreakerConfig } from "../../../domain/agents/breaker/config.ts";
import { draftOf, EMPTY_DRAFT, faultsOf, parseConfig, remarksOn } from "./config-draft.ts";

const full = resolveBreakerConfig({
  window: "time",
  windowSize: 300,
  minimumCalls: 10,
  failureRateThreshold: 0.07,
  slowCallMs: 1_500,
  slowCallRateThreshold: 0.8,
  openMs: 90_000,
  openMultiplier: 1.5,
  maxOpenMs: 3_600_000,
  permittedTrials: 4,
  trialTimeoutMs: 30_000,
});

const written = (texts: object, window: "count" | "time" = "count") => parseConfig({ window, texts });

describe("a breaker's settings as a form", () => {
  it("settings are written out and read back the same", () => {
    const draft = draftOf(full);
    expect(draft.texts).toMatchObject({
      failureRateThreshold: "7%",
      slowCallMs: "1500 ms",
      openMs: "1 minute 30 seconds",
      maxOpenMs: "1 hour",
    });
    expect(parseConfig(draft)).toEqual({ ok: true, config: full });
  });

  it("an empty form leaves everything to the defaults", () => {
    const parsed = parseConfig(EMPTY_DRAFT);
    expect(parsed.ok && resolveBreakerConfig(parsed.config)).toEqual(resolveBreakerConfig());
  });

  it("invalid texts get a format hint, each at its field", () => {
    expect(written({ windowSize: "many", failureRateThreshold: "half", openMs: "30" })).toEqual({
      ok: false,
      faults: {
        windowSize: "write a number",
        failureRateThreshold: "write a percentage, as 50%",
        openMs: "write a time with its unit, as 30 s or 5 m",
      },
    });
  });

  it("bounds are those of the contract, in the field's own unit", () => {
    const parsed = written({
      windowSize: "2000",
      failureRateThreshold: "120",
      openMs: "40 days",
      permittedTrials: "0",
    });
    expect(parsed.ok ? {} : parsed.faults).toEqual({
      windowSize: "a count window holds at most 1000 calls",
      failureRateThreshold: "must be at most 100%",
      openMs: "must be at most 30 days",
      permittedTrials: "must be at least 1",
    });
    expect(written({ windowSize: "2000" }, "time").ok).toBe(true);
  });

  it("errors of the server go to their fields, and others are left out", () => {
    const errors = [
      { path: "mutations.0.breaker.windowSize", message: "too large" },
      { path: "mutations.0.agentKey", message: "unknown" },
      { message: "no path" },
      null,
    ];
    expect(faultsOf(errors)).toEqual({ windowSize: "too large" });
  });

  it("settings without effect get a remark", () => {
    expect(remarksOn({})).toEqual([]);
    expect(remarksOn({ windowSize: 4, slowCallRateThreshold: 0.5, maxOpenMs: 60_000 })).toHaveLength(3);
  });
});
