import { describe, expect, it } from "vitest";
import { eventSummary } from "./event-line.ts";

describe("an event on one line", () => {
  it("has the transition, the result and the reason", () => {
    expect(eventSummary({ payload: { from: "pending", to: "running", reason: "its first job started" } })).toBe(
      "pending → running · its first job started",
    );
    const failed = {
      status: "failed",
      agentKey: "alpha",
      attempt: 2,
      exitCode: 1,
      durationMs: 1234.6,
      error: { message: "boom\n  at x" },
    };
    expect(eventSummary({ payload: failed })).toBe("failed · alpha · attempt 2 · exit 1 · boom at x");
  });

  it("is empty for an empty payload", () => {
    expect(eventSummary({ payload: {} })).toBe("");
    expect(eventSummary({ payload: { attempt: 0, agentKey: null } })).toBe("");
  });
});
