import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Answer, type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
let runId: string;
let queue: string;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  runId = fresh("run");
  queue = fresh("queue");
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
});

async function enqueued(more: object = {}): Promise<string> {
  const jobId = fresh("job");
  await api.me.commit({ type: "job.enqueue", jobId, runId, queue, ...more });
  return jobId;
}

/** A job that has used up its attempts. */
async function dead(more: object = {}): Promise<string> {
  const jobId = await enqueued(more);
  await api.me.commit({ type: "job.start", jobId, agentKey: "a" }, { type: "job.fail", jobId, error: "no" });
  return jobId;
}

const claim = (max: number) => api.me.post("/jobs/claim", { agentKey: "worker", queues: [queue], max });
const ids = (answer: Answer) => answer.body.jobs.map((job) => job.jobId);
const queueNow = async () => (await api.me.get(`/queues/${queue}`)).body;

test("a queue exists from its first job, and its figures follow its jobs", async () => {
  expect(await api.me.get(`/queues/${queue}`)).toMatchObject({ status: 404, body: { code: "not_found" } });
  const [first, second] = [await enqueued(), await enqueued()];
  const later = await enqueued({ runAt: "2099-01-01T00:00:00Z" });
  const was = await queueNow();
  expect(was).toMatchObject({
    kind: "queue",
    queue,
    concurrency: null,
    capacity: null,
    paused: false,
    pauseReason: null,
    jobCounts: { queued: 3, running: 0 },
    depth: 3,
    running: 0,
    deadLetters: 0,
    throughputPerMinute: 0,
    drainEstimateMs: null,
  });
  expect(was.oldestQueuedAt).toBe((await api.me.get(`/jobs/${first}`)).body.queuedAt);
  expect(Number(was.oldestAgeMs)).toBeGreaterThanOrEqual(0);

  expect(ids(await claim(2))).toEqual([first, second]);
  expect(await queueNow()).toMatchObject({ depth: 1, running: 2, oldestQueuedAt: null, oldestAgeMs: null });
  await api.me.commit({ type: "job.complete", jobId: first }, { type: "job.fail", jobId: second, error: "no" });
  await api.me.post(`/jobs/${later}/cancel`);
  expect(await queueNow()).toMatchObject({
    jobCounts: { queued: 0, running: 0, completed: 1, failed: 1, cancelled: 1 },
    depth: 0,
    deadLetters: 1,
    drainEstimateMs: 0,
  });
});

test("the drain estimate is what could start at the rate of late, jobs for tomorrow left out; a paused queue has none", async () => {
  for (let count = 0; count < 4; count += 1) await enqueued();
  const claimed = await claim(2);
  await api.me.commit(...claimed.body.jobs.map(({ id: jobId }) => ({ type: "job.complete" as const, jobId })));
  const now = await queueNow();
  expect(Number(now.throughputPerMinute)).toBeGreaterThan(0);
  const minutes = Number(now.depth) / Number(now.throughputPerMinute);
  expect(Number(now.drainEstimateMs) / 60_000 / minutes).toBeCloseTo(1, 1);
  const runAt = new Date(Date.now() + 86_400_000).toISOString();
  for (let count = 0; count < 20; count += 1) await enqueued({ runAt });
  const later = await queueNow();
  expect(later).toMatchObject({ depth: 22, later: 20 });
  const startable = 2 / Number(later.throughputPerMinute);
  expect(Number(later.drainEstimateMs) / 60_000 / startable).toBeCloseTo(1, 1);
  await api.me.post(`/queues/${queue}`, { paused: true });
  expect(await queueNow()).toMatchObject({ depth: 22, drainEstimateMs: null });
});

test("a queue is configured before its first job; null lifts a bound, what is left out stays", async () => {
  const first = await api.me.post(`/queues/${queue}`, { concurrency: 2, capacity: 10 });
  expect(first).toMatchObject({
    status: 200,
    body: {
      kind: "queue",
      queue,
      concurrency: 2,
      capacity: 10,
      paused: false,
      receipt: { mutations: ["queue.configure"] },
    },
  });
  const paused = await api.me.post(`/queues/${queue}`, { paused: true, reason: "repairs" });
  expect(paused.body).toMatchObject({ concurrency: 2, capacity: 10, paused: true, pauseReason: "repairs" });
  const on = await api.me.post(`/queues/${queue}`, { paused: false, concurrency: null });
  expect(on.body).toMatchObject({ concurrency: null, capacity: 10, paused: false, pauseReason: null });
  const events = (await api.me.get(`/events?subject=queue:${queue}`)).body.items;
  expect(events.map((event) => event.type)).toEqual([
    "queue.configured",
    "queue.paused",
    "queue.configured",
    "queue.resumed",
  ]);
  const head = await api.me.head();
  expect((await api.me.post(`/queues/${queue}`, { paused: false })).status).toBe(200);
  expect(await api.me.head()).toBe(head);
});

test("a claim holds to a queue's concurrency, gives nothing from a paused one, and goes on to other queues", async () => {
  for (let count = 0; count < 5; count += 1) await enqueued({ priority: 9 });
  await api.me.post(`/queues/${queue}`, { concurrency: 2 });
  expect(ids(await claim(5))).toHaveLength(2);
  expect(ids(await claim(5))).toEqual([]);
  const other = await enqueued({ queue: `${queue}-other` });
  const both = { agentKey: "worker", queues: [queue, `${queue}-other`], max: 5 };
  expect(ids(await api.me.post("/jobs/claim", both))).toEqual([other]);
  await api.me.post(`/queues/${queue}`, { paused: true, concurrency: null });
  expect(ids(await claim(5))).toEqual([]);
  const { items } = (await api.me.get(`/jobs?queue=${queue}&status=running`)).body;
  await api.me.commit({ type: "job.complete", jobId: String(items[0]?.id) });
  expect(ids(await claim(5))).toEqual([]);
  await api.me.post(`/queues/${queue}`, { paused: false });
  expect(ids(await claim(5))).toHaveLength(3);
  expect((await queueNow()).jobCounts).toMatchObject({ running: 4, completed: 1, queued: 0 });
});

test("an orchestrator starts a job by name though its queue is paused", async () => {
  const jobId = await enqueued();
  await api.me.post(`/queues/${queue}`, { paused: true, concurrency: 1 });
  expect((await api.me.post(`/jobs/${jobId}/start`, { agentKey: "chosen" })).status).toBe(200);
});

test("dead letters are listed and retried, one or all", async () => {
  const [a, b, c] = [await dead(), await dead(), await dead()];
  await enqueued();
  const letters = async () => (await api.me.get(`/queues/${queue}/dead-letters`)).body.items.map((item) => item.id);
  expect(await letters()).toEqual([c, b, a]);
  expect((await api.me.get(`/jobs?status=failed,timed_out&queue=${queue}`)).body.items).toHaveLength(3);
  expect(await allPages(api.me, `/queues/${queue}/dead-letters`, 2)).toHaveLength(3);

  const one = await api.me.post(`/queues/${queue}/dead-letters/retry`, { jobIds: [b], reason: "fixed" });
  expect(one).toMatchObject({ status: 200, body: { retried: 1, runsRetried: 0, skipped: [], remaining: 2 } });
  expect((await api.me.get(`/jobs/${b}`)).body).toMatchObject({ status: "queued", reason: "fixed" });
  const all = await api.me.post(`/queues/${queue}/dead-letters/retry`);
  expect(all).toMatchObject({ status: 200, body: { retried: 2, skipped: [], remaining: 0 } });
  expect(all.body.receipts).toHaveLength(1);
  expect(await letters()).toEqual([]);
  expect(await queueNow()).toMatchObject({ depth: 4, deadLetters: 0 });
});

test("a dead letter brings back the run that ended because of it; one of a completed or cancelled run is skipped with why", async () => {
  const make = async (completion: "auto" | "manual") => {
    const own = fresh("run");
    await api.me.commit({ type: "run.create", runId: own, workflow: "w", completion });
    return own;
  };
  const [failed, completed, cancelled] = [await make("auto"), await make("manual"), await make("manual")];
  const [x, y, z] = [await dead({ runId: failed }), await dead({ runId: completed }), await dead({ runId: cancelled })];
  const child = await enqueued({ runId: completed, queue: "elsewhere" });
  await api.me.commit(
    { type: "job.cancel", jobId: child },
    { type: "run.transition", runId: completed, to: "completed" },
    { type: "run.transition", runId: cancelled, to: "cancelled" },
  );
  expect((await api.me.get(`/runs/${failed}`)).body.status).toBe("failed");
  expect((await api.me.post(`/jobs/${x}/retry`)).body).toMatchObject({ code: "run_is_final" });

  const jobIds = [x, y, z, child, "nobody"];
  const { body } = await api.me.post(`/queues/${queue}/dead-letters/retry`, { jobIds });
  expect(body).toMatchObject({ retried: 1, runsRetried: 1, remaining: 2 });
  const skipped = body.skipped as { jobId: string; code: string }[];
  expect(new Map(skipped.map(({ jobId, code }) => [jobId, code]))).toEqual(
    new Map([
      ["nobody", "not_found"],
      [y, "run_is_final"],
      [z, "run_is_final"],
      [child, "not_in_queue"],
    ]),
  );
  expect((await api.me.get(`/runs/${failed}`)).body.status).toBe("running");
  expect((await api.me.get(`/jobs/${x}`)).body).toMatchObject({ status: "queued" });
});

test("many dead letters with a run each come back in several commits", async () => {
  const names = Array.from({ length: 600 }, (_, index) => `${runId}-${index}`);
  for (let from = 0; from < names.length; from += 200) {
    const some = names.slice(from, from + 200);
    await api.me.commit(
      ...some.flatMap((own) => [
        { type: "run.create" as const, runId: own, workflow: "w", completion: "auto" as const },
        { type: "job.enqueue" as const, jobId: own, runId: own, queue },
        { type: "job.start" as const, jobId: own, agentKey: "a" },
        { type: "job.fail" as const, jobId: own, error: "no" },
      ]),
    );
  }
  expect(await queueNow()).toMatchObject({ deadLetters: 600 });
  const { body } = await api.me.post(`/queues/${queue}/dead-letters/retry`);
  expect(body).toMatchObject({ retried: 600, runsRetried: 600, skipped: [], remaining: 0 });
  expect(body.receipts).toHaveLength(2);
  expect(await queueNow()).toMatchObject({ depth: 600 });
});

test.each([
  [{ concurrency: 0 }],
  [{ concurrency: 1.5 }],
  [{ capacity: -1 }],
  [{ paused: "yes" }],
  [{ colour: "red" }],
  [{ queue: "another" }],
])("configuring a queue with %j is malformed and changes nothing", async (body) => {
  expect(await api.me.post(`/queues/${queue}`, body)).toMatchObject({ status: 400, body: { code: "malformed" } });
  expect((await api.me.get(`/queues/${queue}`)).status).toBe(404);
});

test("unknown queues are not found, ids and bodies that cannot be are malformed", async () => {
  expect((await api.me.get("/queues/nobody/dead-letters")).status).toBe(404);
  expect((await api.me.post("/queues/nobody/dead-letters/retry")).status).toBe(404);
  expect((await api.me.get("/queues/a%20b")).status).toBe(400);
  expect((await api.me.get("/queues?limit=0")).status).toBe(400);
  await enqueued();
  for (const body of [{ jobIds: [] }, { jobIds: ["a b"] }, { jobIds: "all" }, { colour: "red" }])
    expect((await api.me.post(`/queues/${queue}/dead-letters/retry`, body)).status).toBe(400);
});

test("queues are listed by name, page by page; another tenant sees none of them", async () => {
  const names = ["c", "a", "b"].map((end) => `${queue}-${end}`);
  for (const name of names) await enqueued({ queue: name });
  const listed = (await allPages(api.me, "/queues", 2)).map((item) => item.id);
  expect(listed).toEqual([...listed].sort());
  expect(listed).toEqual(expect.arrayContaining(names));
  expect((await api.stranger.get("/queues")).body.items).toEqual([]);
  expect((await api.stranger.get(`/queues/${names[0]}`)).status).toBe(404);
  const mine = await dead({ queue: names[0] });
  await api.stranger.post(`/queues/${names[0]}`, { paused: true });
  const theirs = await api.stranger.post(`/queues/${names[0]}/dead-letters/retry`, { jobIds: [mine] });
  expect(theirs.body).toMatchObject({ retried: 0, skipped: [{ jobId: mine, code: "not_found" }] });
  expect((await api.me.get(`/queues/${names[0]}`)).body).toMatchObject({ paused: false, deadLetters: 1 });
});
