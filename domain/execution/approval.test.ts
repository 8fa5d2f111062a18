import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { typesOf, World, worldWith } from "../kernel/tx.test-kit.ts";
import type { ApprovalOption } from "./contract.ts";

const request = (more: object = {}): ClientMutationInput => ({
  type: "approval.request",
  approvalId: "a",
  title: "Deploy?",
  ...more,
});
const approve = (more: object = {}): ClientMutationInput => ({ type: "approval.approve", approvalId: "a", ...more });
const reject = (more: object = {}): ClientMutationInput => ({ type: "approval.reject", approvalId: "a", ...more });
const CONSUME: ClientMutationInput = { type: "approval.consume", approvalId: "a" };

function asked(more: object = {}): World {
  const world = new World();
  world.actor = "key:orchestrator";
  world.commit(request(more));
  return world;
}

/** The same, said by somebody else. */
function as(world: World, actor: string): World {
  world.actor = actor;
  return world;
}

describe("an approval", () => {
  test("is pending until somebody approves, with their name, time and comment", () => {
    const world = asked({ detail: "v2", payload: { version: 2 } });
    expect(world.row("approval", "a")).toMatchObject({
      status: "pending",
      requestedBy: "key:orchestrator",
      requiredApprovals: 1,
      options: ["approve", "reject"],
      payload: { version: 2 },
    });
    world.now += 5;
    as(world, "user:ada").commit(approve({ comment: "go" }));
    expect(world.row("approval", "a")).toMatchObject({
      status: "approved",
      comment: "go",
      decidedBy: "user:ada",
      decidedAt: "2026-11-21T12:00:00.005Z",
      decisions: [{ by: "user:ada", decision: "approved", comment: "go", edit: null }],
    });
    expect(typesOf(world.events)).toEqual(["approval.requested", "approval.approved"]);
  });

  test("rejected or expired it can be neither approved nor consumed; it says who was first", () => {
    const world = asked();
    as(world, "user:ada").commit(reject({ comment: "no" }));
    const fault = as(world, "user:bob").refuse(approve());
    expect(fault).toMatchObject({ code: "illegal_transition", legal: [] });
    expect(fault.message).toContain("rejected by user:ada");
    for (const late of [reject(), CONSUME]) expect(world.refuse(late).code).toBe("illegal_transition");
  });

  test("what is approved is consumed once", () => {
    const world = asked();
    expect(world.refuse(CONSUME)).toMatchObject({ code: "illegal_transition", legal: expect.any(Array) });
    world.commit(approve());
    as(world, "key:worker").commit(CONSUME);
    expect(world.row("approval", "a")).toMatchObject({ status: "approved", consumedBy: "key:worker" });
    expect(world.refuse(CONSUME).code).toBe("already_consumed");
    expect(typesOf(world.events).filter((type) => type === "approval.consumed")).toHaveLength(1);
  });

  test("names only what exists, and is of its job's run", () => {
    const world = worldWith("j");
    for (const more of [{ runId: "none" }, { jobId: "none" }, { taskId: "none" }])
      expect(world.refuse(request(more)).code).toBe("not_found");
    world.commit({ type: "run.create", runId: "other", workflow: "w" });
    expect(world.refuse(request({ jobId: "j", runId: "other" })).code).toBe("not_same_run");
    world.commit(request({ jobId: "j" }));
    expect(world.row("approval", "a")).toMatchObject({ runId: "r", jobId: "j" });
    expect(world.events.at(-1)).toMatchObject({ type: "approval.requested", runId: "r", payload: { jobId: "j" } });
    expect(world.refuse(request()).code).toBe("already_exists");
  });

  test("a time that has passed is refused; at its time nobody decides any more, before the clock comes either", () => {
    const world = new World();
    expect(world.refuse(request({ expiresAt: "2026-11-21T12:00:00Z" })).code).toBe("not_permitted");
    const expiresAt = "2026-11-21T12:00:01.000Z";
    world.commit(request({ expiresAt }));
    world.tick({ type: "approval.expire", approvalId: "a", expiresAt: "2026-11-21T11:00:00.000Z" });
    expect(world.row("approval", "a").status).toBe("pending");
    world.now += 1000;
    expect(world.refuse(approve())).toMatchObject({ code: "illegal_transition", legal: ["expired"] });
    world.tick({ type: "approval.expire", approvalId: "a", expiresAt });
    world.tick({ type: "approval.expire", approvalId: "a", expiresAt });
    expect(world.row("approval", "a")).toMatchObject({ status: "expired", decidedBy: null });
    expect(typesOf(world.events)).toEqual(["approval.requested", "approval.expired"]);
  });

  test("only what it offers can be answered", () => {
    const answer = (options: ApprovalOption[], mutation: ClientMutationInput) =>
      asked({ options }).attempt([mutation]).faults[0]?.code;
    expect(answer(["approve"], reject())).toBe("not_permitted");
    expect(answer(["approve", "reject"], approve({ edit: 1 }))).toBe("not_permitted");
    expect(answer(["edit", "reject"], approve())).toBe("not_permitted");
    expect(answer(["edit", "reject"], approve({ edit: 1 }))).toBeUndefined();
    expect(answer(["approve", "edit"], approve({ edit: null }))).toBeUndefined();
    for (const options of [[], ["reject"], ["approve", "approve"]]) {
      expect(new World().refuse(request({ options })).path).toBe("options");
    }
  });

  test("respond with an edit: the payload as it should be is kept beside the one that was asked for", () => {
    const world = asked({ options: ["approve", "reject", "edit"], payload: { to: "all" } });
    as(world, "user:ada").commit(approve({ edit: { to: "beta" } }));
    expect(world.row("approval", "a")).toMatchObject({ payload: { to: "all" }, edit: { to: "beta" } });
    expect(world.events.at(-1)?.payload).toMatchObject({ by: "user:ada", edit: { to: "beta" } });
  });
});

describe("the two-person rule", () => {
  test("two different people must approve; the same one twice is refused", () => {
    const world = asked({ requiredApprovals: 2 });
    as(world, "user:ada").commit(approve({ comment: "one" }));
    expect(world.row("approval", "a")).toMatchObject({ status: "pending", decidedBy: null, decidedAt: null });
    expect(world.refuse(approve()).code).toBe("already_decided");
    expect(world.refuse(CONSUME).code).toBe("illegal_transition");
    as(world, "user:bob").commit(approve({ comment: "two" }));
    expect(world.row("approval", "a")).toMatchObject({ status: "approved", decidedBy: "user:bob", comment: "two" });
    expect(typesOf(world.events)).toEqual(["approval.requested", "approval.endorsed", "approval.approved"]);
  });

  test("the requester may be one of them, never the only one", () => {
    const world = asked({ requiredApprovals: 2 });
    world.commit(approve());
    expect(world.refuse(approve()).code).toBe("already_decided");
    expect(world.row("approval", "a").status).toBe("pending");
  });

  test("one rejection is enough, of somebody who has approved before too", () => {
    const world = asked({ requiredApprovals: 3 });
    as(world, "user:ada").commit(approve());
    as(world, "user:bob").commit(approve());
    as(world, "user:ada").commit(reject({ comment: "wait" }));
    expect(world.row("approval", "a")).toMatchObject({ status: "rejected", decidedBy: "user:ada", comment: "wait" });
  });

  test("nobody's approval is used for what they have not seen: only the first may edit, the others approve the edit", () => {
    const world = asked({ requiredApprovals: 2, options: ["edit"] });
    as(world, "user:ada").commit(approve({ edit: { to: "beta" } }));
    expect(as(world, "user:bob").refuse(approve({ edit: { to: "all" } })).code).toBe("not_permitted");
    world.commit(approve());
    expect(world.row("approval", "a")).toMatchObject({ status: "approved", edit: { to: "beta" } });
  });
});

test("for any answers, an approval is settled once, by enough different people, and its events give the row", () => {
  const person = fc.constantFrom("user:a", "user:b", "user:c");
  const word = fc.record({ who: person, say: fc.constantFrom("approve", "approve", "reject", "consume") });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(word, { maxLength: 10 }), (requiredApprovals, words) => {
      const world = asked({ requiredApprovals });
      for (const { who, say } of words) {
        const mutation = say === "approve" ? approve() : say === "reject" ? reject() : CONSUME;
        as(world, who).attempt([mutation]);
      }
      const { status, decisions, decidedBy, consumedBy } = world.row("approval", "a");
      const approvers = decisions.filter(({ decision }) => decision === "approved").map(({ by }) => by);
      expect(new Set(approvers).size).toBe(approvers.length);
      expect(status === "approved").toBe(approvers.length === requiredApprovals);
      expect(status === "rejected").toBe(decisions.some(({ decision }) => decision === "rejected"));
      if (status !== "approved") expect(consumedBy).toBeNull();
      const types = typesOf(world.events);
      const settled = types.filter((type) => type === "approval.approved" || type === "approval.rejected");
      expect(settled).toEqual(status === "pending" ? [] : [`approval.${status}`]);
      expect(types.filter((type) => type === "approval.consumed")).toHaveLength(consumedBy ? 1 : 0);
      const answers = world.events.filter(({ type }) => /endorsed|approved|rejected/.test(type));
      expect(answers.map(({ payload }) => payload?.by)).toEqual(decisions.map(({ by }) => by));
      if (decidedBy) expect(answers.at(-1)?.payload?.by).toBe(decidedBy);
    }),
  );
});
