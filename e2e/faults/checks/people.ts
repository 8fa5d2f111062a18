import type { EventType } from "../../../domain/events.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isAbout } from "../../../domain/kernel/read-event.ts";
import { type ApprovalStatus, SESSION_MOVES, TASK_MOVES } from "../../../domain/kernel/statuses.ts";
import type { History } from "../history.ts";

/**
 * Sessions and tasks move as they may and stand where their events say; an approval is decided
 * once, in time, and used up once.
 */
export function checkPeople({ events, sessions, tasks, approvals }: History): string[] {
  return [
    ...checkMoves("session", SESSION_MOVES, events, sessions),
    ...checkMoves("task", TASK_MOVES, events, tasks),
    ...checkApprovals(events, approvals),
  ];
}

function checkMoves(
  kind: "session" | "task",
  moves: { readonly [from: string]: readonly string[] },
  events: readonly LogEvent[],
  rows: readonly { id: string; status: string }[],
): string[] {
  const faults: string[] = [];
  const lives = new Map<string, string>();
  for (const { seq, type, subject, payload } of events) {
    if (subject.kind !== kind) continue;
    const status = lives.get(subject.id);
    if (type === `${kind}.created`) {
      if (status !== undefined) faults.push(`event ${seq} makes ${kind} ${subject.id} once more`);
      lives.set(subject.id, "pending");
    } else if (type === `${kind}.transitioned`) {
      const to = String(payload.to);
      if (payload.from !== status || !moves[status ?? ""]?.includes(to)) {
        faults.push(`event ${seq} moves ${kind} ${subject.id} from ${payload.from} (${status}) to ${to}`);
      }
      lives.set(subject.id, to);
    }
  }
  for (const { id, status } of rows) {
    if (lives.get(id) !== status) faults.push(`${kind} ${id} is ${status}; its events say ${lives.get(id)}`);
  }
  if (rows.length !== lives.size) faults.push(`there are ${rows.length} ${kind}s, and ${lives.size} by the events`);
  return faults;
}

const DECIDED: { readonly [type in string]?: ApprovalStatus } = {
  "approval.requested": "pending",
  "approval.approved": "approved",
  "approval.rejected": "rejected",
  "approval.expired": "expired",
} satisfies { [T in EventType]?: ApprovalStatus };

function checkApprovals(events: readonly LogEvent[], approvals: History["approvals"]): string[] {
  const faults: string[] = [];
  const lives = new Map<string, { status: string; expiresAt: string | null; consumed: number }>();
  for (const event of events) {
    if (!isAbout(event, "approval")) continue;
    const { seq, type, subject, payload, at, actor } = event;
    const name = `event ${seq}, ${type} of ${subject.id}`;
    const approval = lives.get(subject.id);
    const status = DECIDED[type];
    if (status === "pending") {
      lives.set(subject.id, { status, expiresAt: payload.expiresAt ?? null, consumed: 0 });
      continue;
    }
    if (!approval) {
      faults.push(`${name}: it was never asked for`);
      continue;
    }
    if (status !== undefined) {
      if (approval.status !== "pending") faults.push(`${name}: it was ${approval.status} already`);
      const late = approval.expiresAt !== null && at >= approval.expiresAt;
      if (status === "expired" && actor === "system:clock" && !late && payload.reason === undefined) {
        faults.push(`${name} comes at ${at}, before ${approval.expiresAt}`);
      }
      approval.status = status;
    }
    if (type === "approval.consumed") {
      approval.consumed += 1;
      if (approval.status !== "approved" || approval.consumed > 1) {
        faults.push(`${name}: it is ${approval.status} and used up ${approval.consumed} times`);
      }
    }
  }
  for (const { id, status, consumedAt } of approvals) {
    const approval = lives.get(id);
    if (approval?.status !== status || approval.consumed !== (consumedAt === null ? 0 : 1)) {
      faults.push(`approval ${id} is ${status}, consumed ${consumedAt}; its events say ${JSON.stringify(approval)}`);
    }
  }
  if (approvals.length !== lives.size)
    faults.push(`there are ${approvals.length} approvals, and ${lives.size} by the events`);
  return faults;
}
