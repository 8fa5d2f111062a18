import { describe, expect, it } from "vitest";
import { aJob, anAttempt, at, time } from "./engine.test-kit.ts";
import { segmentsOf, timeIn } from "./segments.ts";

const short = (segments: ReturnType<typeof segmentsOf>) =>
  segments.map(({ kind, start, end }) => [
    kind,
    (start - time(0)) / 1000,
    end === null ? null : (end - time(0)) / 1000,
  ]);

describe("segments of a job", () => {
  it("separates queue time and run time of an attempt", () => {
    const job = aJob("a", { status: "completed", attempt: 1, finishedAt: at(9) });
    const attempt = anAttempt("a", 1, { status: "completed", startedAt: at(4), finishedAt: at(9) });
    const segments = segmentsOf(job, [attempt]);
    expect(short(segments)).toEqual([
      ["queue", 0, 4],
      ["run", 4, 9],
    ]);
    expect(segments[1]).toMatchObject({ attempt: 1, status: "completed", trial: false });
    expect(timeIn(segments, "queue", time(20))).toBe(4000);
  });

  it("leaves a running attempt open until now", () => {
    const job = aJob("a", { status: "running", attempt: 1, startedAt: at(2) });
    const segments = segmentsOf(job, [anAttempt("a", 1, { startedAt: at(2) })]);
    expect(short(segments)).toEqual([
      ["queue", 0, 2],
      ["run", 2, null],
    ]);
    expect(timeIn(segments, "run", time(7))).toBe(5000);
  });

  it("shows a running job whose attempt has not arrived yet", () => {
    const job = aJob("a", { status: "running", attempt: 2, runAt: at(6), queuedAt: at(5), startedAt: at(8) });
    const first = anAttempt("a", 1, { status: "failed", startedAt: at(1), finishedAt: at(5) });
    expect(short(segmentsOf(job, [first]))).toEqual([
      ["queue", 0, 1],
      ["run", 1, 5],
      ["gap", 5, 6],
      ["queue", 6, 8],
      ["run", 8, null],
    ]);
  });

  it("shows the time until the dependencies have completed as waiting for them", () => {
    const waiting = aJob("b", { status: "waiting", dependsOn: ["a"], queuedAt: null });
    expect(short(segmentsOf(waiting, []))).toEqual([["dependencies", 0, null]]);
    const queued = aJob("b", { status: "queued", dependsOn: ["a"], queuedAt: at(3), runAt: at(3) });
    expect(short(segmentsOf(queued, []))).toEqual([
      ["dependencies", 0, 3],
      ["queue", 3, null],
    ]);
    const tried = { ...queued, status: "completed" as const, finishedAt: at(8) };
    const attempt = anAttempt("b", 1, { status: "completed", queuedAt: at(3), startedAt: at(5), finishedAt: at(8) });
    expect(short(segmentsOf(tried, [attempt]))).toEqual([
      ["dependencies", 0, 3],
      ["queue", 3, 5],
      ["run", 5, 8],
    ]);
  });

  it("puts a job that may not start yet on a schedule, and only then into the queue", () => {
    const job = aJob("a", { runAt: at(30) });
    expect(short(segmentsOf(job, []))).toEqual([
      ["scheduled", 0, 30],
      ["queue", 30, null],
    ]);
  });

  it("shows the backoff between two attempts as a gap, and the next attempt in the queue once it is due", () => {
    const job = aJob("a", { status: "queued", attempt: 1, maxAttempts: 3, queuedAt: at(5), runAt: at(9) });
    const failed = anAttempt("a", 1, { status: "failed", startedAt: at(1), finishedAt: at(5) });
    expect(short(segmentsOf(job, [failed]))).toEqual([
      ["queue", 0, 1],
      ["run", 1, 5],
      ["gap", 5, 9],
      ["queue", 9, null],
    ]);
  });

  it("ends with a job that never ran", () => {
    const inQueue = aJob("a", { status: "cancelled", finishedAt: at(4) });
    expect(short(segmentsOf(inQueue, []))).toEqual([["queue", 0, 4]]);
    const waiting = aJob("b", { status: "cancelled", dependsOn: ["a"], queuedAt: null, finishedAt: at(4) });
    expect(short(segmentsOf(waiting, []))).toEqual([["dependencies", 0, 4]]);
    const backingOff = aJob("c", {
      status: "cancelled",
      attempt: 1,
      queuedAt: at(3),
      runAt: at(60),
      finishedAt: at(7),
    });
    const failed = anAttempt("c", 1, { status: "failed", startedAt: at(1), finishedAt: at(3) });
    expect(short(segmentsOf(backingOff, [failed]))).toEqual([
      ["queue", 0, 1],
      ["run", 1, 3],
      ["gap", 3, 7],
    ]);
  });

  it("waits for its dependencies again after a retry that queued them again", () => {
    const job = aJob("b", { status: "waiting", dependsOn: ["a"], attempt: 1, attemptBase: 1, queuedAt: null });
    const failed = anAttempt("b", 1, { status: "failed", startedAt: at(1), finishedAt: at(5) });
    expect(short(segmentsOf(job, [failed])).at(-1)).toEqual(["dependencies", 5, null]);
  });

  it("marks attempts that were trials", () => {
    const job = aJob("a", { status: "running", attempt: 1, startedAt: at(1) });
    const segments = segmentsOf(job, [anAttempt("a", 1)], { isTrial: (id) => id === "a#1" });
    expect(segments.filter((segment) => segment.trial).map((segment) => segment.attempt)).toEqual([1]);
  });

  it("keeps segments in order and free of overlap when clocks disagree", () => {
    const job = aJob("a", { status: "completed", attempt: 1, createdAt: at(3), finishedAt: at(2) });
    const attempt = anAttempt("a", 1, { status: "completed", queuedAt: at(1), startedAt: at(2), finishedAt: at(2) });
    expect(short(segmentsOf(job, [attempt]))).toEqual([["run", 3, 3]]);
  });

  const done = (id: string, seconds: number) => (jobId: string) =>
    jobId === id ? ({ status: "completed", finishedAt: at(seconds) } as const) : undefined;
  const gate = (created: number, decided: number | null, more: object = {}) => ({
    approvalId: "apr",
    jobId: "b",
    status: decided === null ? ("pending" as const) : ("approved" as const),
    createdAt: at(created),
    decidedAt: decided === null ? null : at(decided),
    ...more,
  });

  it("separates what a job waited for: jobs, then its approval, then its schedule, then the queue", () => {
    const job = aJob("b", {
      dependsOn: ["a"],
      approvalId: "apr",
      runAt: at(40),
      queuedAt: at(16),
      status: "running",
      attempt: 1,
      startedAt: at(43),
    });
    const attempt = anAttempt("b", 1, { queuedAt: at(40), startedAt: at(43) });
    expect(short(segmentsOf(job, [attempt], { dependency: done("a", 5), approvals: [gate(0, 16)] }))).toEqual([
      ["dependencies", 0, 5],
      ["approval", 5, 16],
      ["scheduled", 16, 40],
      ["queue", 40, 43],
      ["run", 43, null],
    ]);
    // The approval was given first: only the dependency delayed the job.
    const early = { ...job, queuedAt: at(16) };
    expect(
      short(segmentsOf(early, [attempt], { dependency: done("a", 16), approvals: [gate(0, 5)] })).slice(0, 2),
    ).toEqual([
      ["dependencies", 0, 16],
      ["scheduled", 16, 40],
    ]);
    // When the job it depends on is unknown, the time of its release is used.
    expect(short(segmentsOf(job, [attempt])).slice(0, 2)).toEqual([
      ["dependencies", 0, 16],
      ["scheduled", 16, 40],
    ]);
  });

  it("goes on waiting for the approval once all jobs have completed, and for jobs while one has not", () => {
    const job = aJob("b", { status: "waiting", dependsOn: ["a"], approvalId: "apr", queuedAt: null });
    expect(short(segmentsOf(job, [], { dependency: done("a", 5), approvals: [gate(0, null)] }))).toEqual([
      ["dependencies", 0, 5],
      ["approval", 5, null],
    ]);
    const open = { dependency: () => ({ status: "running", finishedAt: null }) as const, approvals: [gate(0, 3)] };
    expect(short(segmentsOf(job, [], open))).toEqual([["dependencies", 0, null]]);
    const refused = aJob("b", { status: "cancelled", approvalId: "apr", queuedAt: null, finishedAt: at(9) });
    expect(short(segmentsOf(refused, [], { approvals: [gate(0, 9, { status: "rejected" })] }))).toEqual([
      ["approval", 0, 9],
    ]);
  });

  it("shows the wait for an escalation's approval as such, not as the time until the next attempt", () => {
    const failed = anAttempt("b", 1, { status: "failed", queuedAt: at(0), startedAt: at(1), finishedAt: at(4) });
    const waiting = aJob("b", {
      status: "waiting",
      attempt: 1,
      attemptBase: 1,
      escalatedAt: at(4),
      approvalId: "apr",
      queuedAt: null,
    });
    expect(short(segmentsOf(waiting, [failed], { approvals: [gate(4, null)] })).slice(-1)).toEqual([
      ["approval", 4, null],
    ]);
    const again = {
      ...waiting,
      status: "running" as const,
      attempt: 2,
      queuedAt: at(10),
      runAt: at(10),
      startedAt: at(12),
    };
    const second = anAttempt("b", 2, { queuedAt: at(10), startedAt: at(12) });
    expect(short(segmentsOf(again, [failed, second], { approvals: [gate(4, 10)] })).slice(2)).toEqual([
      ["approval", 4, 10],
      ["queue", 10, 12],
      ["run", 12, null],
    ]);
  });

  it("does not count an approval about the job as one that blocks it", () => {
    const job = aJob("b", { queuedAt: at(0), createdAt: at(0), runAt: at(20) });
    const other = gate(3, null, { approvalId: "asked-by-hand" });
    expect(short(segmentsOf(job, [], { approvals: [other] }))).toEqual([
      ["scheduled", 0, 20],
      ["queue", 20, null],
    ]);
  });

  it("says that earlier attempts are not loaded", () => {
    const job = aJob("b", { status: "running", attempt: 7, startedAt: at(50) });
    const last = anAttempt("b", 7, { queuedAt: at(45), startedAt: at(50) });
    expect(short(segmentsOf(job, [last]))).toEqual([
      ["unloaded", 0, 45],
      ["queue", 45, 50],
      ["run", 50, null],
    ]);
  });
});
