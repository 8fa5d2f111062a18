import { describe, expect, it } from "vitest";
import {
  bySessionOrder,
  matchesSession,
  matchesTask,
  type SessionRow,
  sessionExpiry,
  sessionsPath,
  type TaskRow,
  tasksPath,
} from "./sessions-model.ts";

const AT = "2026-11-21T10:00:00.000Z";
const NONE = { status: "", who: "", type: "" };

const session = (id: string, over: Partial<SessionRow> = {}): SessionRow => ({
  kind: "session",
  id,
  sessionId: id,
  agentRole: "coder",
  taskId: null,
  status: "pending",
  metadata: {},
  createdAt: AT,
  startedAt: null,
  finishedAt: null,
  updatedAt: AT,
  version: 1,
  seq: 1,
  ...over,
});

const task = (id: string, over: Partial<TaskRow> = {}): TaskRow => ({
  kind: "task",
  id,
  taskId: id,
  taskType: "review",
  idempotencyKey: null,
  fromAgent: "planner",
  toAgent: "coder",
  payload: null,
  traceId: null,
  status: "pending",
  result: null,
  error: null,
  createdAt: AT,
  routedAt: null,
  startedAt: null,
  finishedAt: null,
  updatedAt: AT,
  version: 1,
  seq: 1,
  ...over,
});

describe("lists of sessions and tasks", () => {
  it("shows active sessions first, then pending ones, then ended ones, each newest first", () => {
    const rows = [
      session("ended", { status: "completed", createdAt: "2026-11-21T12:00:00.000Z" }),
      session("pending"),
      session("old", { status: "active" }),
      session("new", { status: "active", createdAt: "2026-11-21T11:00:00.000Z" }),
    ];
    expect(rows.sort(bySessionOrder).map(({ id }) => id)).toEqual(["new", "old", "pending", "ended"]);
  });

  it("sends the filters to the server, without those it would refuse", () => {
    expect(sessionsPath(NONE)).toBe("/sessions?limit=50&large=omit");
    expect(sessionsPath({ ...NONE, status: "active", who: " coder " })).toBe(
      "/sessions?limit=50&large=omit&status=active&agentRole=coder",
    );
    expect(sessionsPath({ ...NONE, status: "running" })).toBe("/sessions?limit=50&large=omit");
    expect(tasksPath({ status: "running", who: "coder", type: "review" })).toBe(
      "/tasks?limit=50&large=omit&status=running&agent=coder&taskType=review",
    );
  });

  it("accepts live rows that the server would list", () => {
    expect(matchesSession(session("s"), { ...NONE, who: "coder", status: "pending" })).toBe(true);
    expect(matchesSession(session("s"), { ...NONE, who: "cod" })).toBe(false);
    expect(matchesTask(task("t"), { ...NONE, who: "planner" })).toBe(true);
    expect(matchesTask(task("t"), { ...NONE, who: "coder", type: "review" })).toBe(true);
    expect(matchesTask(task("t"), { ...NONE, status: "failed" })).toBe(false);
  });

  it("knows when a session expires untouched, unless it has ended", () => {
    expect(sessionExpiry(session("s"), 3_600_000)).toBe("2026-11-21T11:00:00.000Z");
    expect(sessionExpiry(session("s", { status: "failed" }), 3_600_000)).toBeNull();
  });
});
