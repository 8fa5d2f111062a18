import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { at } from "./engine.test-kit.ts";
import { gatesAfter } from "./gates.ts";

const event = (seq: number, type: string, id = "apr", jobId: string | null = "j"): LogEvent => ({
  seq,
  v: 1,
  type,
  at: at(seq),
  actor: "person:1",
  subject: { kind: "approval", id },
  runId: "r",
  payload: { jobId },
});

describe("the approvals that jobs wait for, by their events", () => {
  it("begin with the request and end with the decision", () => {
    const asked = gatesAfter([], [event(1, "approval.requested"), event(2, "approval.endorsed")]);
    expect(asked).toEqual([{ approvalId: "apr", jobId: "j", status: "pending", createdAt: at(1), decidedAt: null }]);
    expect(gatesAfter(asked, [event(5, "approval.approved")])).toMatchObject([
      { status: "approved", createdAt: at(1), decidedAt: at(5) },
    ]);
  });

  it("stay as loaded when events are older, or not about a job", () => {
    const known = gatesAfter([], [event(1, "approval.requested"), event(5, "approval.rejected")]);
    expect(gatesAfter(known, [event(1, "approval.requested")])).toEqual(known);
    expect(gatesAfter(known, [event(2, "job.started")])).toBe(known);
    expect(gatesAfter(known, [event(2, "approval.requested", "other", null)])).toBe(known);
  });
});
