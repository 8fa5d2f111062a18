import { z } from "zod";
import type { Payloads } from "../events.ts";
import { jsonBytes } from "../kernel/json-bytes.ts";
import { mergePatch } from "../kernel/merge-patch.ts";
import { id, jsonObject, label, newId } from "../kernel/primitives.ts";
import { SESSION_MOVES, SESSION_STATUSES, type SessionStatus } from "../kernel/statuses.ts";
import { must, mustBeLegal, mustBeNew, Refusal, type Tx } from "../kernel/tx.ts";
import type { Session } from "./contract.ts";
import type { sessionEvents } from "./events.ts";
import { traceOf } from "./task.ts";

/**
 * An agent's session. pending → active, expired; active → completed, failed, expired; the rest is
 * final. One that nobody has touched for the retention expires by itself: every change is a touch,
 * an empty update is none. What is noted about a session may still change when it has ended, its
 * status may not.
 */

/** What updates can make of the metadata, bytes of JSON: no more than one request can bring. */
export const MAX_SESSION_METADATA = 1_048_576;

export const sessionCreate = z.strictObject({
  type: z.literal("session.create"),
  sessionId: newId,
  agentRole: label,
  taskId: id.optional(),
  metadata: jsonObject.optional(),
});

export const sessionUpdate = z.strictObject({
  type: z.literal("session.update"),
  sessionId: id,
  /** JSON Merge Patch (RFC 7396): null removes, maps are merged, anything else replaces. */
  metadata: jsonObject.optional(),
  taskId: id.optional(),
});

export const sessionTransition = z.strictObject({
  type: z.literal("session.transition"),
  sessionId: id,
  to: z.enum(SESSION_STATUSES),
});

/** The clock's: a session that nobody has touched since. Not open to clients. */
export const sessionExpire = z.strictObject({
  type: z.literal("session.expire"),
  sessionId: id,
  updatedAt: z.string(),
});

export function createSession(tx: Tx, m: z.infer<typeof sessionCreate>): Session {
  const sessionId = m.sessionId ?? tx.newId("ses");
  mustBeNew(tx, "session", sessionId);
  if (m.taskId) must(tx, "task", m.taskId);
  const session: Session = {
    id: sessionId,
    agentRole: m.agentRole,
    taskId: m.taskId ?? null,
    status: "pending",
    metadata: m.metadata ?? {},
    createdAt: tx.at,
    startedAt: null,
    finishedAt: null,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  mustFit(session);
  tx.put("session", session);
  const { agentRole, taskId, metadata } = session;
  emit(tx, "session.created", session, { agentRole, taskId, metadata });
  return session;
}

/**
 * Merges metadata and moves the session to another task. An update that changes nothing writes
 * nothing.
 */
export function updateSession(tx: Tx, m: z.infer<typeof sessionUpdate>): Session {
  const session = must(tx, "session", m.sessionId);
  if (m.taskId) must(tx, "task", m.taskId);
  const patch = m.metadata ?? {};
  const metadata = mergePatch(session.metadata, patch);
  const taskId = m.taskId ?? session.taskId;
  if (metadata === session.metadata && taskId === session.taskId) return session;
  const next = { ...session, metadata, taskId, updatedAt: tx.at };
  mustFit(next);
  tx.put("session", next);
  emit(tx, "session.updated", next, { taskId, patch });
  return must(tx, "session", session.id);
}

export function transitionSession(tx: Tx, m: z.infer<typeof sessionTransition>): Session {
  const session = must(tx, "session", m.sessionId);
  mustBeLegal(`session ${session.id}`, SESSION_MOVES, session.status, m.to);
  return move(tx, session, m.to, null);
}

/** The clock's: ends a session that is still as the clock saw it. */
export function expireSession(tx: Tx, m: z.infer<typeof sessionExpire>): Session {
  const session = must(tx, "session", m.sessionId);
  if (SESSION_MOVES[session.status].length === 0 || session.updatedAt !== m.updatedAt) return session;
  return move(tx, session, "expired", `nothing has touched it since ${session.updatedAt}`);
}

function move(tx: Tx, session: Readonly<Session>, to: SessionStatus, reason: string | null): Session {
  tx.put("session", {
    ...session,
    status: to,
    startedAt: session.startedAt ?? (to === "active" ? tx.at : null),
    finishedAt: SESSION_MOVES[to].length === 0 ? tx.at : null,
    updatedAt: tx.at,
  });
  emit(tx, "session.transitioned", session, { from: session.status, to, ...(reason && { reason }) });
  return must(tx, "session", session.id);
}

function mustFit({ id: sessionId, metadata }: Session): void {
  const bytes = jsonBytes(metadata);
  if (bytes <= MAX_SESSION_METADATA) return;
  const why = `the metadata of session ${sessionId} would have ${bytes} bytes, ${MAX_SESSION_METADATA} are the most`;
  throw new Refusal("state_too_large", why);
}

function emit<T extends keyof typeof sessionEvents>(
  tx: Tx,
  type: T,
  session: Readonly<Session>,
  payload: Payloads[T],
): void {
  const traceId = traceOf(tx, session.taskId);
  tx.emit({ type, subject: { kind: "session", id: session.id }, traceId, payload });
}
