import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { TIMELINE_JOBS, type TimelineAnswer } from "../../../domain/execution/timeline.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const name = (run: string, at: number): string => `${run}.j${String(at).padStart(5, "0")}`;

/**
 * Creates a run of so many jobs, a commit each hundred; `more` adds to the mutations that follow a
 * job's own.
 */
async function largeRun(run: string, jobs: number, more: (at: number) => ClientMutationInput[] = () => []) {
  await api.me.commit({ type: "run.create", runId: run, workflow: "large" });
  for (let from = 0; from < jobs; from += 100) {
    const mutations: ClientMutationInput[] = [];
    for (let at = from; at < Math.min(jobs, from + 100); at += 1) {
      mutations.push(
        { type: "job.enqueue", jobId: name(run, at), runId: run, queue: run, step: `step ${at}` },
        ...more(at),
      );
    }
    await api.me.commit(...mutations);
  }
}

const timeline = async (run: string, query = ""): Promise<TimelineAnswer> => {
  const { status, body } = await api.me.get(`/runs/${run}/timeline?${query}`);
  expect(status).toBe(200);
  return body as unknown as TimelineAnswer;
};

const start = (jobId: string): ClientMutationInput => ({ type: "job.start", jobId, agentKey: "hand" });

test("of a run that is larger than one page, what failed, runs or was cancelled comes first; the pages together are the run", async () => {
  const run = "large-attention";
  await largeRun(run, 2_600);
  const [failed, timedOut, running, cancelled] = [2_450, 2_451, 2_400, 2_599].map((at) => name(run, at)) as [
    string,
    string,
    string,
    string,
  ];
  await api.me.commit(
    ...[failed, timedOut, running].map(start),
    { type: "job.fail", jobId: failed, error: "broken", retryable: false },
    { type: "job.timeout", jobId: timedOut },
    { type: "job.cancel", jobId: cancelled },
  );
  const first = await timeline(run);
  const loaded = first.jobs.map((job) => job.jobId);
  expect(loaded).toEqual(expect.arrayContaining([failed, timedOut, running, cancelled, name(run, 0)]));
  expect(loaded).toHaveLength(TIMELINE_JOBS);
  expect(loaded).toEqual([...loaded].sort());
  expect(first.attempts.map((attempt) => attempt.jobId).sort()).toEqual([running, failed, timedOut].sort());
  expect(first).toMatchObject({
    truncated: true,
    totals: { jobs: 2_600, workstreams: 0, attempts: 3 },
    leftOut: { queued: 600, failed: 0, running: 0, timed_out: 0, cancelled: 0 },
    matched: null,
  });

  const second = await timeline(run, `cursor=${first.nextCursor}`);
  expect(second.nextCursor).toBeNull();
  const all = new Set([...first.jobs, ...second.jobs].map((job) => job.jobId));
  expect(all.size).toBe(2_600);
});

test("smaller pages go through a run without losing a job, while jobs change between them", async () => {
  const run = "large-paging";
  await largeRun(run, 90);
  const seen = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: TimelineAnswer = await timeline(run, `limit=20${cursor === null ? "" : `&cursor=${cursor}`}`);
    for (const job of page.jobs) seen.add(job.jobId);
    cursor = page.nextCursor;
    const next = name(run, seen.size % 90);
    if (cursor !== null && !seen.has(next)) {
      await api.me.commit(start(next), { type: "job.fail", jobId: next, error: "broken", retryable: false });
    }
  } while (cursor !== null);
  expect(seen.size).toBe(90);
});

test("more failures than fit leave room for what runs, and for the beginning of the run", async () => {
  const run = "large-failing";
  await largeRun(run, 60, (at) =>
    at >= 20
      ? [
          start(name(run, at)),
          ...(at === 55
            ? []
            : [{ type: "job.fail" as const, jobId: name(run, at), error: "broken", retryable: false }]),
        ]
      : [],
  );
  const first = await timeline(run, "limit=20");
  const statuses = new Map(first.jobs.map((job) => [job.jobId, job.status]));
  expect(statuses.get(name(run, 55))).toBe("running");
  expect(statuses.get(name(run, 0))).toBe("queued");
  expect([...statuses.values()].filter((status) => status === "failed").length).toBeGreaterThanOrEqual(8);
});

test("the linked job is always there, with those it hangs together with", async () => {
  const run = "large-linked";
  await largeRun(run, 40);
  const [far, child] = [name(run, 38), "large-linked.child"];
  await api.me.commit({ type: "job.enqueue", jobId: child, runId: run, dependsOn: [far] });
  const plain = await timeline(run, "limit=10");
  expect(plain.jobs.some((job) => job.jobId === far)).toBe(false);
  const linked = await timeline(run, `limit=10&job=${far}`);
  expect(linked.jobs.map((job) => job.jobId)).toEqual(expect.arrayContaining([far, child, name(run, 0)]));
  expect((await timeline(run, "limit=10&job=nobody")).jobs).toHaveLength(10);
});

test("jobs are found by status and by the text of step, id, tool and agent; a text is no pattern", async () => {
  const run = "large-found";
  await largeRun(run, 40);
  await api.me.commit(
    { type: "job.enqueue", jobId: "large-found.odd", runId: run, tool: "Half_100%" },
    start(name(run, 7)),
  );
  const ids = async (query: string) => (await timeline(run, query)).jobs.map((job) => job.jobId);
  expect(await ids("q=STEP%2030")).toEqual([name(run, 30)]);
  expect(await ids("q=half_100%25")).toEqual(["large-found.odd"]);
  expect(await ids("q=_")).toEqual(["large-found.odd"]);
  expect(await ids("q=hand")).toEqual([name(run, 7)]);
  expect(await ids("status=running")).toEqual([name(run, 7)]);
  const narrowed = await timeline(run, "q=step%203&limit=4");
  expect(narrowed).toMatchObject({ matched: 11, truncated: true });
  expect(narrowed.jobs).toHaveLength(4);
  const rest = await timeline(run, `q=step%203&limit=20&cursor=${narrowed.nextCursor}`);
  expect(rest.jobs).toHaveLength(7);

  const listed = async (query: string) => (await api.me.get(`/jobs?${query}`)).body.items.map((job) => job.id);
  expect(await listed(`runId=${run}&q=step%2030`)).toEqual([name(run, 30)]);
  expect(await listed("q=half_100%25")).toEqual(["large-found.odd"]);
  const paged = await api.me.get(`/jobs?runId=${run}&q=step%203&limit=6`);
  const behind = await listed(`runId=${run}&q=step%203&limit=6&cursor=${paged.body.nextCursor}`);
  expect(new Set([...paged.body.items.map((job) => job.id), ...behind]).size).toBe(11);
});

test("changes after a position are listed, page by page, in the order of the changes", async () => {
  const run = "large-changed";
  await largeRun(run, 30);
  const { seq } = await timeline(run);
  await api.me.commit(start(name(run, 25)));
  await api.me.commit(start(name(run, 3)), start(name(run, 14)));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: TimelineAnswer = await timeline(
      run,
      `changedAfter=${seq}&limit=2${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    seen.push(...page.jobs.map((job) => job.jobId));
    expect(page.attempts).toHaveLength(page.jobs.length);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen.sort()).toEqual([name(run, 3), name(run, 14), name(run, 25)]);
});

test("a timeline knows the jobs of other runs that its own depend on, and those that depend on its own, and the approvals they wait for", async () => {
  await api.me.commit(
    { type: "run.create", runId: "upstream", workflow: "w" },
    { type: "job.enqueue", jobId: "upstream.build", runId: "upstream", step: "build" },
    { type: "run.create", runId: "downstream", workflow: "w" },
    {
      type: "job.enqueue",
      jobId: "downstream.ship",
      runId: "downstream",
      dependsOn: ["upstream.build"],
      approval: { title: "Ship?" },
    },
  );
  const { dependencies, approvals, jobs } = await timeline("downstream");
  expect(dependencies).toEqual([
    { jobId: "upstream.build", runId: "upstream", step: "build", status: "queued", finishedAt: null },
  ]);
  expect(approvals).toMatchObject([{ approvalId: jobs[0]?.approvalId, jobId: "downstream.ship", status: "pending" }]);
  expect((await timeline("upstream")).dependencies).toEqual([
    { jobId: "downstream.ship", runId: "downstream", step: null, status: "waiting", finishedAt: null },
  ]);
});
