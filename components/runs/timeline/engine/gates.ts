import type { GateFacts } from "../../../../domain/execution/timeline.ts";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import type { ApprovalStatus } from "../../../../domain/kernel/statuses.ts";

const SETTLED: { readonly [type: string]: ApprovalStatus } = {
  "approval.approved": "approved",
  "approval.rejected": "rejected",
  "approval.expired": "expired",
};

/** The approvals of jobs that are known, with what these events tell of them; the same list when they tell nothing. */
export function gatesAfter(known: readonly GateFacts[], events: readonly LogEvent[]): readonly GateFacts[] {
  let gates: Map<string, GateFacts> | undefined;
  for (const { type, at, subject, payload } of events) {
    const status = type === "approval.requested" ? "pending" : SETTLED[type];
    if (status === undefined || typeof payload.jobId !== "string") continue;
    gates ??= new Map(known.map((one) => [one.approvalId, one]));
    const before = gates.get(subject.id);
    // An older event than what was loaded takes nothing back.
    if (before && before.status !== "pending") continue;
    gates.set(subject.id, {
      approvalId: subject.id,
      jobId: payload.jobId,
      status,
      createdAt: before?.createdAt ?? at,
      decidedAt: status === "pending" ? null : at,
    });
  }
  return gates ? [...gates.values()] : known;
}
