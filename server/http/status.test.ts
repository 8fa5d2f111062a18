import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { type Api, fresh, openApi } from "./kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const task = (taskId: string, more: object = {}): ClientMutationInput => ({
  type: "task.create",
  taskId,
  taskType: "x",
  ...more,
});
interface Status {
  agent: string;
  tasks: { id: string; status: string }[];
  sessions: { id: string }[];
  approvals: { id: string; task: { id: string } | null }[];
  truncated: boolean;
}
const statusOf = async (agent: string, caller = api.me) => {
  const { status, body } = await caller.get(`/status?agent=${agent}`);
  expect(status).toBe(200);
  return body as unknown as Status;
};
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

test("one call answers an agent's tasks, sessions and pending approvals, the approvals with their tasks", async () => {
  const [agent, other] = [fresh("agent"), fresh("agent")];
  const [runId, sent, got, done, job] = ["run", "sent", "got", "done", "job"].map(fresh) as [
    string,
    string,
    string,
    string,
    string,
  ];
  await api.me.commit(
    task(got, { toAgent: agent, fromAgent: other }),
    task(sent, { fromAgent: agent, toAgent: other }),
    task(done, { toAgent: agent }),
    { type: "task.transition", taskId: done, to: "cancelled" },
    task(fresh("elsewhere"), { toAgent: other }),
    { type: "session.create", sessionId: `of-${agent}`, agentRole: agent },
    { type: "session.create", sessionId: `for-${got}`, agentRole: "somebody", taskId: got },
    { type: "session.create", sessionId: fresh("elsewhere"), agentRole: "somebody" },
    { type: "approval.request", approvalId: `for-${got}`, title: "T", taskId: got },
    { type: "approval.request", approvalId: `decided-${got}`, title: "T", taskId: got },
    { type: "approval.approve", approvalId: `decided-${got}` },
    { type: "run.create", runId, workflow: "w" },
    { type: "job.enqueue", jobId: job, runId, agentKey: agent },
    { type: "approval.request", approvalId: `for-${job}`, title: "T", jobId: job },
    { type: "approval.request", approvalId: fresh("elsewhere"), title: "T" },
  );
  const status = await statusOf(agent);
  expect(status.agent).toBe(agent);
  // Open ones first.
  expect(ids(status.tasks)).toEqual([sent, got, done]);
  expect(ids(status.sessions).sort()).toEqual([`for-${got}`, `of-${agent}`]);
  expect(status.approvals.map(({ id, task: embedded }) => [id, embedded?.id]).sort()).toEqual([
    [`for-${got}`, got],
    [`for-${job}`, undefined],
  ]);
  expect(status.truncated).toBe(false);
});

test("of the tasks of one key the newest is shown, which is the one that the key names", async () => {
  const agent = fresh("agent");
  const idempotencyKey = fresh("key");
  const [first, second, duplicate] = [fresh("task"), fresh("task"), fresh("task")];
  await api.me.commit(task(first, { toAgent: agent, idempotencyKey }));
  await api.me.commit(task(duplicate, { toAgent: agent, idempotencyKey }));
  expect(ids((await statusOf(agent)).tasks)).toEqual([first]);
  // As if its time were up.
  await api.t.deps.prisma.task.create({
    data: {
      ...(await api.t.deps.prisma.task.findFirstOrThrow({ where: { tenantId: "default", id: first } })),
      id: second,
      payload: 1,
      result: 1,
      error: { message: "none" },
      createdAt: new Date("2030-01-01"),
    },
  });
  await api.me.commit(task(fresh("free"), { toAgent: agent }), task(fresh("free"), { toAgent: agent }));
  const { tasks } = await statusOf(agent);
  expect(tasks.length).toBe(3);
  expect(ids(tasks)).toContain(second);
});

test("the answer is bounded, open tasks come before ended ones, and it says that there is more", async () => {
  const agent = fresh("agent");
  const open = fresh("task");
  await api.me.commit(task(open, { toAgent: agent }));
  const ended = Array.from({ length: 110 }, () => fresh("ended"));
  await api.me.commit(
    ...ended.map((id) => task(id, { toAgent: agent })),
    ...ended.map((taskId) => ({ type: "task.transition" as const, taskId, to: "cancelled" as const })),
  );
  const { tasks, truncated } = await statusOf(agent);
  expect([tasks.length, tasks[0]?.id, truncated]).toEqual([100, open, true]);
});

test("of an agent that nobody knows, or another tenant's, there is nothing; an empty one is malformed", async () => {
  const agent = fresh("agent");
  await api.me.commit(task(fresh("task"), { toAgent: agent }));
  for (const status of [await statusOf("nobody-at-all"), await statusOf(agent, api.stranger)]) {
    expect(status).toMatchObject({ tasks: [], sessions: [], approvals: [], truncated: false });
  }
  for (const query of ["?agent=", "?agent=a&more=1"]) expect((await api.me.get(`/status${query}`)).status).toBe(400);
});
