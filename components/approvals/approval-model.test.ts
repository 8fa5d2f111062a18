import { describe, expect, it } from "vitest";
import { type ApprovalRow, approvalsOf, neighbour, offerOf, parseWritten } from "./approval-model.ts";

function approval(id: string, over: Partial<ApprovalRow> = {}): ApprovalRow {
  return {
    kind: "approval",
    id,
    approvalId: id,
    title: `Title of ${id}`,
    detail: null,
    runId: null,
    jobId: null,
    taskId: null,
    payload: null,
    status: "pending",
    requiredApprovals: 1,
    options: ["approve", "reject"],
    decisions: [],
    comment: null,
    edit: null,
    requestedBy: "key:ci",
    decidedBy: null,
    decidedAt: null,
    expiresAt: null,
    consumedAt: null,
    consumedBy: null,
    createdAt: "2026-11-21T10:00:00.000Z",
    updatedAt: "2026-11-21T10:00:00.000Z",
    version: 1,
    seq: 1,
    ...over,
  };
}

const NOW = Date.parse("2026-11-21T12:00:00.000Z");
const AT = new Date(NOW).toISOString();
const ids = (rows: ApprovalRow[]) => rows.map(({ id }) => id);

describe("the inbox of approvals", () => {
  it("shows the longest waiting first, and keeps what was decided meanwhile in its place", () => {
    const young = approval("young", { createdAt: "2026-11-21T11:00:00.000Z" });
    const done = approval("done", { status: "approved", createdAt: "2026-11-21T10:30:00.000Z" });
    const all = [young, done, approval("old")];
    expect(ids(approvalsOf(all, "pending", new Set()))).toEqual(["old", "young"]);
    expect(ids(approvalsOf(all, "pending", new Set(["old", "done"])))).toEqual(["old", "done", "young"]);
    expect(ids(approvalsOf(all, "approved", new Set()))).toEqual(["done"]);
  });

  it("offers what the approval's options offer", () => {
    expect(offerOf(approval("a"), "user:ada", NOW)).toEqual({ approve: true, reject: true, edit: false, note: null });
    const edits = approval("a", { options: ["edit"] });
    expect(offerOf(edits, "user:ada", NOW)).toMatchObject({ approve: false, reject: false, edit: true });
  });

  it("does not let anybody decide when its time is up, even before the clock has said so", () => {
    const late = approval("a", { expiresAt: AT });
    expect(offerOf(late, "user:ada", NOW)).toMatchObject({ approve: false, reject: false, edit: false });
    expect(offerOf(late, "user:ada", NOW - 1).approve).toBe(true);
    expect(offerOf(approval("a", { status: "approved" }), "user:ada", NOW).approve).toBe(false);
  });

  it("wants another person after the first of two: who has approved can only reject", () => {
    const asked = approval("a", { requiredApprovals: 2, options: ["approve", "reject", "edit"] });
    const decision = { by: "user:ada", at: AT, decision: "approved", comment: null, edit: null } as const;
    const half: ApprovalRow = { ...asked, decisions: [decision] };
    expect(offerOf(half, "user:ada", NOW)).toMatchObject({ approve: false, reject: true, edit: false });
    expect(offerOf(half, "user:bob", NOW)).toEqual({
      approve: true,
      reject: true,
      edit: false,
      note: "It needs one more person.",
    });
  });

  it("says where written JSON is wrong", () => {
    expect(parseWritten('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(parseWritten(" ")).toEqual({ fault: "There is nothing here." });
    expect(parseWritten("null")).toEqual({ fault: "An edit cannot be null." });
    expect(parseWritten('{\n  "a": 1,\n}')).toMatchObject({ fault: expect.stringMatching(/^Line 3, column 1: /) });
  });

  it("moves by one and stops at the ends", () => {
    expect(neighbour(["a", "b"], null, 1)).toBe("a");
    expect(neighbour(["a", "b"], null, -1)).toBe("b");
    expect(neighbour(["a", "b"], "b", 1)).toBe("b");
    expect(neighbour([], null, 1)).toBeUndefined();
  });
});
