import type { approvalEvents } from "../../../../domain/execution/events.ts";
import type { GateFacts } from "../../../../domain/execution/timeline.ts";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { isEvent } from "../../../../domain/kernel/read-event.ts";
import type { ApprovalStatus } from "../../../../domain/kernel/statuses.ts";

const STATUS_BY = {
  "approval.requested": "pending",
  "approval.approved": "approved",
  "approval.rejected": "rejected",
  "approval.expired": "expired",
} as const satisfies { [T in keyof typeof approvalEvents]?: ApprovalStatus };
const TYPES = Object.keys(STATUS_BY) as (keyof typeof STATUS_BY)[];

/** The known approvals of jobs, updated by these events; the same list when nothing changes. */
export function gatesAfter(known: readonly GateFacts[], events: readonly LogEvent[]): readonly GateFacts[] {
  let gates: Map<string, GateFacts> | undefined;
  for (const event of events) {
    if (!isEvent(event, ...TYPES)) continue;
    const { type, at, subject, payload } = event;
    const status = STATUS_BY[type];
    if (typeof payload.jobId !== "string") continue;
    gates ??= new Map(known.map((one) => [one.approvalId, one]));
    const before = gates.get(subject.id);
    // An event older than the loaded state is ignored.
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
