import { expect, test } from "vitest";
import { World } from "../kernel/tx.test-kit.ts";
import type { Kind } from "../rows.ts";
import { parseCommit } from "./commit.ts";
import type { ClientMutationInput } from "./mutations.ts";

const CREATES: readonly [Kind, string, ClientMutationInput][] = [
  ["run", "run_", { type: "run.create", workflow: "w" }],
  ["workstream", "ws_", { type: "workstream.create", runId: "r", title: "W" }],
  ["job", "job_", { type: "job.enqueue", runId: "r" }],
  ["session", "ses_", { type: "session.create", agentRole: "a" }],
  ["task", "tsk_", { type: "task.create", taskType: "t" }],
  ["approval", "apr_", { type: "approval.request", title: "Go?" }],
];

test.each(CREATES)(
  "a %s whose id is left out gets one of its own, in the result and in the row",
  (kind, prefix, create) => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "w" });
    const [one] = world.commit(create) as { id: string }[];
    const [other] = world.commit(create) as { id: string }[];
    expect(one?.id.startsWith(prefix)).toBe(true);
    expect(one?.id).not.toBe(other?.id);
    expect(world.row(kind, one?.id ?? "").id).toBe(one?.id);
  },
);

test("of one commit they sort by its order, and the same commit applied again makes the same", () => {
  const made = [new World(), new World()].map((world) =>
    world.commit(...Array.from({ length: 300 }, () => ({ type: "run.create" as const, workflow: "w" }))),
  );
  expect(made[0]).toEqual(made[1]);
  const ids = (made[0] as { id: string }[]).map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(300);
});

test("an approval that a job asks for names the job, with an id of either side", () => {
  const world = new World();
  world.commit({ type: "run.create", runId: "r", workflow: "w" });
  const [job] = world.commit({ type: "job.enqueue", runId: "r", approval: { title: "Go?" } }) as { id: string }[];
  expect(world.all("approval")[0]).toMatchObject({ jobId: job?.id, status: "pending" });
});

test("an id that is given must be an id still", () => {
  for (const runId of ["", "a b", null, 7]) {
    const parsed = parseCommit({ mutations: [{ type: "run.create", runId, workflow: "w" }] });
    expect("faults" in parsed && parsed.faults.map(({ path }) => path)).toEqual(["runId"]);
  }
});
