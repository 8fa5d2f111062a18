import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { keyOf } from "../../kernel/row-key.ts";
import { typesOf, type World, worldWith } from "../../kernel/tx.test-kit.ts";
import type { Job } from "../contract.ts";

const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  ...more,
});
const gated = (more: object = {}) => enqueue("a", { approval: { title: "Deploy?", detail: "to production" }, ...more });
const approvalOf = (world: World, jobId = "a") => world.row("approval", String(world.row("job", jobId).approvalId));
const approve = (world: World) => world.commit({ type: "approval.approve", approvalId: approvalOf(world).id });
const reject = (world: World) => world.commit({ type: "approval.reject", approvalId: approvalOf(world).id });
const claim = (world: World) =>
  (world.commit({ type: "job.claim", agentKey: "x", max: 9, leaseMs: 1000 })[0] as { jobs: Job[] }).jobs;

describe("a job with an approval", () => {
  test("waits, with an approval that says what it is for", () => {
    const world = worldWith();
    world.commit(gated());
    expect(world.row("job", "a")).toMatchObject({ status: "waiting", unmet: 0, queuedAt: null });
    expect(approvalOf(world)).toMatchObject({
      title: "Deploy?",
      detail: "to production",
      status: "pending",
      runId: "r",
      jobId: "a",
    });
    expect(world.events.at(-1)).toMatchObject({
      type: "job.enqueued",
      payload: { status: "waiting", approvalId: approvalOf(world).id },
    });
    expect(claim(world)).toEqual([]);
    expect(world.due()).toEqual([]);
  });

  test("is queued by the commit that approves it, and uses the approval up", () => {
    const world = worldWith();
    world.commit(gated());
    const before = world.events.length;
    approve(world);
    expect(typesOf(world.events.slice(before))).toEqual(["approval.approved", "approval.consumed", "job.released"]);
    expect(world.row("job", "a")).toMatchObject({ status: "queued" });
    expect(world.refuse({ type: "approval.consume", approvalId: approvalOf(world).id }).code).toBe("already_consumed");
    expect(claim(world)).toHaveLength(1);
  });

  test("is released by whatever comes last, the approval or its dependencies", () => {
    const world = worldWith();
    world.commit(enqueue("p"), gated({ dependsOn: ["p"] }), enqueue("q"), enqueue("b", { dependsOn: ["a"] }));
    approve(world);
    expect(world.row("job", "a").status).toBe("waiting");
    expect(approvalOf(world).consumedAt).toBeNull();
    world.commit({ type: "job.start", jobId: "p", agentKey: "x" }, { type: "job.complete", jobId: "p" });
    expect(world.row("job", "a").status).toBe("queued");
    expect(approvalOf(world).consumedAt).not.toBeNull();
    expect(world.row("job", "b").status).toBe("waiting");
  });

  test("stays waiting when its dependencies are met and nobody has decided", () => {
    const world = worldWith();
    world.commit(enqueue("p"), gated({ dependsOn: ["p"] }));
    world.commit({ type: "job.start", jobId: "p", agentKey: "x" }, { type: "job.complete", jobId: "p" });
    expect(world.row("job", "a")).toMatchObject({ status: "waiting", unmet: 0 });
    expect(world.due()).toEqual([]);
    approve(world);
    expect(world.row("job", "a").status).toBe("queued");
  });

  test("is cancelled when it is rejected, with all that waits for it", () => {
    const world = worldWith();
    world.commit(enqueue("p"), gated({ dependsOn: ["p"] }), enqueue("b", { dependsOn: ["a"] }));
    reject(world);
    expect(world.row("job", "a")).toMatchObject({ status: "cancelled", reason: "approval_rejected" });
    expect(world.row("job", "b")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
  });

  test("is cancelled when its approval expires", () => {
    const world = worldWith();
    world.commit(gated());
    const row = { ...approvalOf(world), expiresAt: new Date(world.now + 1000).toISOString() };
    world.rows.set(keyOf("approval", row.id), { kind: "approval", row });
    world.tick({ type: "approval.expire", approvalId: row.id, expiresAt: row.expiresAt });
    expect(world.row("job", "a")).toMatchObject({ status: "cancelled", reason: "approval_expired" });
  });

  test("asks nobody any more once it has ended", () => {
    const world = worldWith();
    world.commit(gated(), { type: "job.cancel", jobId: "a" });
    expect(approvalOf(world)).toMatchObject({ status: "expired" });
    expect(world.refuse({ type: "approval.approve", approvalId: approvalOf(world).id }).code).toBe(
      "illegal_transition",
    );
    const other = worldWith();
    other.commit(gated(), { type: "run.transition", runId: "r", to: "cancelled" });
    expect(approvalOf(other)).toMatchObject({ status: "expired" });
  });

  test("is not moved by another approval that names it", () => {
    const world = worldWith();
    world.commit(gated(), { type: "approval.request", approvalId: "mine", title: "Else?", jobId: "a" });
    world.commit({ type: "approval.approve", approvalId: "mine" });
    expect(world.row("job", "a").status).toBe("waiting");
    world.commit({ type: "approval.request", approvalId: "other", title: "Else?", jobId: "a" });
    world.commit({ type: "approval.reject", approvalId: "other" });
    expect(world.row("job", "a").status).toBe("waiting");
  });

  test("asks again when it is retried before it ever ran, and not when it has run", () => {
    const world = worldWith();
    world.commit(gated());
    reject(world);
    const { id: first } = approvalOf(world);
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("job", "a").status).toBe("waiting");
    expect(approvalOf(world)).toMatchObject({ title: "Deploy?", detail: "to production", status: "pending" });
    expect(approvalOf(world).id).not.toBe(first);
    approve(world);
    const { id: second } = approvalOf(world);
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "job.fail", jobId: "a", error: "no" });
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("job", "a")).toMatchObject({ status: "queued", approvalId: second });
  });

  test("keeps an approval that was given before it was cancelled", () => {
    const world = worldWith();
    world.commit(enqueue("p"), gated({ dependsOn: ["p"] }));
    approve(world);
    world.commit({ type: "job.cancel", jobId: "a" });
    world.commit({ type: "job.start", jobId: "p", agentKey: "x" }, { type: "job.complete", jobId: "p" });
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("job", "a").status).toBe("queued");
    expect(approvalOf(world).consumedAt).not.toBeNull();
  });
});

describe("a job that works for a token", () => {
  const tokens = () => {
    const world = worldWith();
    world.commit(
      { type: "scope.enter", runId: "r", scopeId: "s" },
      { type: "token.add", runId: "r", tokenId: "t", token: { scopeId: "s" } },
    );
    return world;
  };

  test("is refused when the run has no such token, or it is cancelled", () => {
    const world = tokens();
    expect(world.refuse(enqueue("a", { tokenId: "nobody" })).code).toBe("not_found");
    expect(world.refuse(enqueue("a", { tokenId: "constructor" })).code).toBe("not_found");
    world.commit({ type: "scope.cancel", runId: "r", scopeId: "s" });
    expect(world.refuse(enqueue("a", { tokenId: "t" })).code).toBe("scope_cancelled");
  });

  test("that was cancelled before its token was does not come back with the one it depends on", () => {
    const world = tokens();
    world.commit(
      enqueue("p"),
      enqueue("a", { tokenId: "t", dependsOn: ["p"] }),
      { type: "job.cancel", jobId: "p" },
      { type: "scope.cancel", runId: "r", scopeId: "s" },
      { type: "job.retry", jobId: "p" },
    );
    expect(world.row("job", "a")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
  });

  test("is cancelled with it, and does not come back while the token is there", () => {
    const world = tokens();
    world.commit(enqueue("a", { tokenId: "t" }), enqueue("b", { dependsOn: ["a"] }), enqueue("free"));
    world.commit({ type: "scope.cancel", runId: "r", scopeId: "s" });
    expect(world.row("job", "a")).toMatchObject({ status: "cancelled", reason: "scope_cancelled", tokenId: "t" });
    expect(world.row("job", "b")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
    expect(world.refuse({ type: "job.retry", jobId: "a" }).code).toBe("scope_cancelled");
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" }, { type: "run.retry", runId: "r" });
    const statuses = ["a", "b", "free"].map((jobId) => world.row("job", jobId).status);
    expect(statuses).toEqual(["cancelled", "cancelled", "queued"]);
    world.commit({ type: "token.remove", runId: "r", tokenId: "t" }, { type: "job.retry", jobId: "a" });
    expect(world.row("job", "a").status).toBe("queued");
    expect(world.row("job", "b").status).toBe("waiting");
  });
});
