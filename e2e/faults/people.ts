import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { SESSION_STATUSES, TASK_STATUSES } from "../../domain/kernel/statuses.ts";
import type { Random } from "./random.ts";
import { ids, type Known, type Scene } from "./scene.ts";

const DEEDS = { session: 12, update: 8, move: 14, task: 12, moveTask: 16, request: 14, decide: 16, consume: 8 };

/**
 * Opens sessions and tasks, moves them, asks for decisions and decides; some nobody decides in
 * time.
 */
export async function mingle({ caller, random, name, known, over, pause }: Scene): Promise<void> {
  const newId = ids(name);
  while (!over()) {
    const mutation = deedOf(random, newId, known);
    if (mutation) await caller.commit(name, [mutation]);
    await pause(random.int(0, 20));
  }
}

function deedOf(random: Random, newId: (kind: string) => string, known: Known): ClientMutationInput | null {
  const [sessionId, taskId] = [random.pick(known.sessions), random.pick(known.tasks)];
  const approvalId = random.pick(known.approvals);
  switch (random.weighed(DEEDS)) {
    case "session":
      return { type: "session.create", sessionId: added(known.sessions, newId("se")), agentRole: "reviewer" };
    case "update":
      return sessionId ? { type: "session.update", sessionId, metadata: { n: random.int(0, 9) } } : null;
    case "move":
      return sessionId
        ? { type: "session.transition", sessionId, to: random.pick(SESSION_STATUSES) ?? "active" }
        : null;
    case "task": {
      const idempotencyKey = random.chance(0.3) ? { idempotencyKey: `same-${random.int(0, 3)}` } : {};
      return { type: "task.create", taskId: added(known.tasks, newId("ta")), taskType: "review", ...idempotencyKey };
    }
    case "moveTask":
      return taskId ? { type: "task.transition", taskId, to: random.pick(TASK_STATUSES) ?? "routed" } : null;
    case "request": {
      const expiresAt = random.chance(0.6)
        ? { expiresAt: new Date(Date.now() + random.int(150, 1_500)).toISOString() }
        : {};
      const requiredApprovals = random.int(1, 2);
      const title = "May it?";
      return {
        type: "approval.request",
        approvalId: added(known.approvals, newId("ap")),
        title,
        requiredApprovals,
        ...expiresAt,
      };
    }
    case "decide":
      if (!approvalId) return null;
      return { type: random.chance(0.7) ? "approval.approve" : "approval.reject", approvalId, comment: "by chance" };
    case "consume":
      return approvalId ? { type: "approval.consume", approvalId } : null;
  }
}

function added(list: string[], id: string): string {
  list.push(id);
  return id;
}
