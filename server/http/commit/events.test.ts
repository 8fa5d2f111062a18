import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { STREAM_BEAT_MS } from "../../../domain/kernel/live.ts";
import { eventually } from "../../testing/eventually.ts";
import { type Api, allPages, type Caller, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.t.app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(() => api.close());

const run = () => ({ type: "run.create" as const, runId: fresh("run"), workflow: "w" });
const note = (n: number, more: object = {}) => ({
  type: "event.append" as const,
  eventType: "x.note",
  payload: { n },
  ...more,
});
const seqs = (items: { seq: number }[]) => items.map((item) => item.seq);

/** Opens the endless stream; `next` gives the next event, `close` hangs up. */
async function follow(caller: Caller, query: string) {
  const { port } = api.t.app.server.address() as AddressInfo;
  const request = http.get({
    port,
    path: `/api/v1/events?follow=true&${query}`,
    headers: { authorization: `Bearer ${caller.secret}` },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return {
    response,
    next: async () => {
      for (;;) {
        const { value } = await lines.next();
        if (value !== "") return JSON.parse(value as string) as { seq: number; type: string };
      }
    },
    close: () => request.destroy(),
  };
}

test("an event has its position, type, time, actor, subject, run and payload", async () => {
  const { runId } = run();
  const before = await api.me.head();
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
  const { status, body } = await api.me.get(`/events?after=${before}`);
  expect(status).toBe(200);
  expect(body).toEqual({
    items: [
      {
        seq: before + 1,
        v: 1,
        type: "run.created",
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        actor: "key:tests",
        subject: { kind: "run", id: runId },
        runId,
        payload: expect.objectContaining({ workflow: "w" }),
      },
    ],
    nextCursor: null,
  });
});

test("pages of the log follow on one another forwards and backwards", async () => {
  const before = await api.me.head();
  await api.me.commit(...Array.from({ length: 25 }, (_, n) => note(n)));
  const all = Array.from({ length: 25 }, (_, i) => before + 1 + i);
  expect(seqs(await allPages(api.me, `/events?after=${before}`, 10))).toEqual(all);
  expect(seqs(await allPages(api.me, `/events?after=${before}&order=desc`, 10))).toEqual([...all].reverse());
  const { body } = await api.me.get(`/events?after=${before + 3}&before=${before + 7}`);
  expect(seqs(body.items)).toEqual([before + 4, before + 5, before + 6]);
  expect(seqs((await api.me.get(`/events?order=desc&limit=2&before=${before + 7}`)).body.items)).toEqual([
    before + 6,
    before + 5,
  ]);
});

test("the log is filtered by type, by the beginning of types, by subject and by run", async () => {
  const before = await api.me.head();
  const [one, two] = [run(), run()];
  const jobId = fresh("job");
  await api.me.commit(one, two, { type: "job.enqueue", jobId, runId: one.runId }, note(1, { runId: two.runId }));
  await api.me.post(`/jobs/${jobId}/cancel`);
  const subject = { kind: "deploy", id: fresh("d") };
  await api.me.commit(note(2, { subject }));
  const types = async (query: string) => {
    const items = await allPages(api.me, `/events?after=${before}&${query}`, 1);
    return items.map((item) => item.type);
  };
  const all = ["run.created", "run.created", "job.enqueued", "x.note", "job.cancelled", "x.note"];
  expect(await types("")).toEqual(all);
  expect(await types("type=run.created")).toEqual(["run.created", "run.created"]);
  expect(await types("type=job.*")).toEqual(["job.enqueued", "job.cancelled"]);
  expect(await types("type=job.*,x.note&order=desc")).toEqual(["x.note", "job.cancelled", "x.note", "job.enqueued"]);
  expect(await types("type=*")).toEqual(all);
  expect(await types("type=nothing.*")).toEqual([]);
  expect(await types(`runId=${one.runId}`)).toEqual(["run.created", "job.enqueued", "job.cancelled"]);
  expect(await types(`runId=${one.runId}&type=job.*`)).toEqual(["job.enqueued", "job.cancelled"]);
  expect(await types(`subject=job:${jobId}`)).toEqual(["job.enqueued", "job.cancelled"]);
  expect(await types(`subject=run:${two.runId}`)).toEqual(["run.created", "x.note"]);
  expect(await types(`subject=deploy:${subject.id}`)).toEqual(["x.note"]);
  expect(await types(`subject=deploy:${subject.id}&type=run.*`)).toEqual([]);
  const own = await allPages(api.me, `/runs/${two.runId}/events`, 1);
  expect(own.map((item) => item.type)).toEqual(["run.created", "x.note"]);
  expect((await api.me.get("/runs/nobody/events")).status).toBe(404);
});

test.each([
  "after=-1",
  "after=x",
  "limit=1001",
  "order=up",
  "subject=job",
  "subject=job:a%20b",
  "subject=%00:a",
  "type=a%20b",
  "cursor=zzz",
  "follow=maybe",
  "follow=true&order=desc",
  "follow=true&before=5",
])("GET /events?%s is malformed", async (query) => {
  expect(await api.me.get(`/events?${query}`)).toMatchObject({ status: 400, body: { code: "malformed" } });
});

test("a position below the retained floor is gone, and the answer says where the log begins", async () => {
  await api.stranger.commit(...Array.from({ length: 6 }, (_, n) => note(n)));
  const { prisma } = api.t.deps;
  await prisma.logHead.update({ where: { tenantId: "other" }, data: { floor: 3 } });
  for (const query of ["after=2", "after=0", "after=2&follow=true", "order=desc&before=3"]) {
    expect(await api.stranger.get(`/events?${query}`)).toMatchObject({
      status: 410,
      body: { code: "position_gone", floor: 3 },
    });
  }
  expect(seqs((await api.stranger.get("/events?after=3")).body.items)).toEqual([4, 5, 6]);
  expect(seqs((await api.stranger.get("/events")).body.items)).toEqual([4, 5, 6]);
  expect(seqs((await api.stranger.get("/events?order=desc")).body.items)).toEqual([6, 5, 4]);
  await prisma.logHead.update({ where: { tenantId: "other" }, data: { floor: 0 } });
});

test("a position that this log has not come to, or that is of another log, is refused; the answer says which log this is", async () => {
  const head = await api.me.head();
  const { logId } = await api.t.deps.prisma.logHead.findFirstOrThrow({ where: { tenantId: "default" } });
  for (const query of [
    `after=${head + 1}`,
    `after=${head + 1}&follow=true`,
    "logId=another",
    "follow=true&logId=another",
  ]) {
    const body = { code: "log_replaced", head, logId };
    expect(await api.me.get(`/events?${query}`)).toMatchObject({ status: 410, body });
  }
  const answer = await api.me.get(`/events?after=${head}&logId=${logId}`);
  expect([answer.status, answer.headers["switchyard-log-id"]]).toEqual([200, logId]);
});

test("a stream ends when its log is replaced, and going on from there is refused", async () => {
  await api.stranger.commit(note(1), note(2));
  const head = await api.stranger.head();
  const stream = await follow(api.stranger, `after=${head}`);
  const logId = String(stream.response.headers["switchyard-log-id"]);
  const ended = once(stream.response, "close");
  await api.t.deps.prisma.logHead.update({ where: { tenantId: "other" }, data: { logId: "restored" } });
  api.t.deps.store.poll();
  await ended;
  expect(await api.stranger.get(`/events?after=${head}&logId=${logId}`)).toMatchObject({ status: 410 });
  expect((await api.stranger.get(`/events?after=${head}`)).status).toBe(200);
});

test("a stream begins at a position, then follows, without gap or repeat", async () => {
  const before = await api.me.head();
  await api.me.commit(...Array.from({ length: 30 }, (_, n) => note(n)));
  const stream = await follow(api.me, `after=${before}`);
  expect(stream.response.headers["content-type"]).toBe("application/x-ndjson");
  expect(stream.response.headers["x-content-type-options"]).toBe("nosniff");
  const writing = (async () => {
    for (let i = 0; i < 40; i += 1) await api.me.commit(note(100 + i), note(200 + i));
  })();
  const seen: number[] = [];
  while (seen.length < 110) seen.push((await stream.next()).seq);
  await writing;
  expect(seen).toEqual(Array.from({ length: 110 }, (_, i) => before + 1 + i));
  stream.close();
});

/** The raw answer of a stream, as far as it has come. */
async function rawStream(query: string, headers: Record<string, string> = {}) {
  const { port } = api.t.app.server.address() as AddressInfo;
  const authorization = `Bearer ${api.me.secret}`;
  const request = http.get({
    port,
    path: `/api/v1/events?follow=true&${query}`,
    headers: { authorization, ...headers },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return { response, text: () => text, close: () => request.destroy() };
}

test.each([
  ["NDJSON", {}, "application/x-ndjson", "\n"],
  ["server-sent events", { accept: "text/event-stream" }, "text/event-stream", ": beat\n\n"],
])(
  "%s: the first byte comes at once, a beat in every quiet, and proxies are asked to pass it on",
  async (_name, headers, type, beat) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const stream = await rawStream("runId=none", headers);
    onTestFinished(() => void stream.close());
    expect(stream.response.headers).toMatchObject({
      "content-type": type,
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    await expect.poll(stream.text).toBe(beat);
    for (let n = 2; n <= 4; n += 1) {
      vi.advanceTimersByTime(STREAM_BEAT_MS);
      await expect.poll(stream.text).toBe(beat.repeat(n));
    }
    expect(STREAM_BEAT_MS).toBeLessThan(20_000);
  },
);

test("server-sent events carry their position, and go on behind the last one a browser has", async () => {
  const before = await api.me.head();
  await api.me.commit(note(1), note(2), note(3));
  const accept = "text/event-stream";
  const stream = await rawStream(`after=${before}`, { accept });
  const ids = (text: string) =>
    [...text.matchAll(/^id: (\d+)\ndata: (\{.*\})\n\n/gm)].map(([, id, data]) => [id, data]);
  await expect.poll(() => ids(stream.text()).length).toBe(3);
  for (const [id, data] of ids(stream.text()))
    expect(JSON.parse(String(data))).toMatchObject({ seq: Number(id), type: "x.note" });
  stream.close();
  // A browser repeats the address it began with.
  const resumed = await rawStream(`after=${before}`, { accept, "last-event-id": String(before + 2) });
  await expect.poll(() => ids(resumed.text()).map(([id]) => id)).toEqual([String(before + 3)]);
  resumed.close();
  const wrong = await rawStream("", { accept, "last-event-id": "yesterday" });
  expect(wrong.response.statusCode).toBe(400);
});

test("a stream answers before anything happens, and gives only what its filters and its tenant allow", async () => {
  const { runId } = run();
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
  const stream = await follow(api.me, `after=${await api.me.head()}&runId=${runId}&type=x.*`);
  await api.stranger.commit(note(1));
  await api.me.commit(
    note(2),
    note(3, { runId }),
    { type: "run.transition", runId, to: "running" },
    note(4, { runId }),
  );
  const [first, second] = [await stream.next(), await stream.next()];
  expect([first, second]).toMatchObject([
    { type: "x.note", runId, payload: { n: 3 } },
    { type: "x.note", runId, payload: { n: 4 } },
  ]);
  stream.close();
});

test("a reader that does not read is not buffered for, and misses nothing when it goes on", async () => {
  const before = await api.me.head();
  const stream = await follow(api.me, `after=${before}`);
  const filler = "x".repeat(20_000);
  const total = 1600;
  for (let i = 0; i < total; i += 40) {
    await api.me.commit(...Array.from({ length: 40 }, (_, n) => ({ ...note(i + n), payload: { filler } })));
  }
  const seen: number[] = [];
  while (seen.length < total) seen.push((await stream.next()).seq);
  expect(seen).toEqual(Array.from({ length: total }, (_, i) => before + 1 + i));
  stream.close();
});

test("large events are followed in order, and a key has so many streams open at a time", async () => {
  const before = await api.me.head();
  const text = "x".repeat(900_000);
  for (let n = 0; n < 20; n += 1) await api.me.commit(note(n, { payload: { n, text } }));
  const streams = await Promise.all(Array.from({ length: 100 }, () => follow(api.me, `after=${before + 19}`)));
  expect(streams.map(({ response }) => response.statusCode)).toEqual(streams.map(() => 200));
  const refused = await api.me.get("/events?follow=true");
  expect(refused).toMatchObject({ status: 429, body: { code: "too_many_open" }, headers: { "retry-after": "5" } });
  const other = await follow(api.stranger, "");
  expect(other.response.statusCode).toBe(200);
  for (const { close } of [other, ...streams]) close();
  const again = await eventually(async () => {
    const stream = await follow(api.me, `after=${before}`);
    expect(stream.response.statusCode).toBe(200);
    return stream;
  });
  for (let seq = before + 1; seq <= before + 20; seq += 1) expect((await again.next()).seq).toBe(seq);
  again.close();
});

test("receipts are listed newest first without what they yielded, and the chain verifies", async () => {
  const jobs = fresh("job");
  const { runId } = run();
  await api.me.commit({ type: "run.create", runId, workflow: "w" }, { type: "job.enqueue", jobId: jobs, runId });
  const { body } = await api.me.post(`/jobs/${jobs}/start`, { agentKey: fresh("agent") });
  const receipt = body.receipt as { [field: string]: unknown };
  const page = await api.me.get("/receipts?limit=1");
  const { results: _results, ...header } = receipt;
  expect(page.body.items).toEqual([{ ...header, actor: "key:tests" }]);
  const all = await allPages(api.me, "/receipts", 7);
  expect(all.length).toBeGreaterThan(7);
  const last = all.map((item) => Number(item.lastSeq));
  expect(last).toEqual([...last].sort((a, b) => b - a));
  expect(JSON.stringify(all)).not.toContain(String(body.leaseToken));
  expect((await api.me.get("/receipts/verify")).body).toEqual({ valid: true, from: 1, checked: all.length });
});

test("a run's receipts are those of the commits that said something about it", async () => {
  const [one, two] = [run(), run()];
  const [job, agentKey] = [fresh("job"), fresh("agent")];
  const receipts = [
    await api.me.commit({ type: "run.create", runId: one.runId, workflow: "w" }),
    await api.me.commit({ type: "run.create", runId: two.runId, workflow: "w" }),
    await api.me.commit({ type: "job.enqueue", jobId: job, runId: one.runId }, note(1)),
    // Changes nothing, and ends where the one before it ends.
    await api.me.commit({ type: "context.merge", runId: one.runId, patch: {} }),
    await api.me.commit({ type: "job.start", jobId: job, agentKey }),
    await api.me.commit({ type: "metadata.set", runId: two.runId, metadata: { a: 1 } }),
    await api.me.commit({ type: "job.complete", jobId: job }, { type: "step.increment", runId: two.runId }),
  ].map((body) => body.receiptId);
  const ids = (rows: readonly { [field: string]: unknown }[]) => rows.map((row) => row.receiptId);
  const expected = [receipts[6], receipts[4], receipts[2], receipts[0]];
  expect(ids(await allPages(api.me, `/receipts?run=${one.runId}`, 1))).toEqual(expected);
  expect(ids((await api.me.get(`/receipts?runId=${one.runId}`)).body.items)).toEqual(expected);
  expect(ids((await api.me.get(`/receipts?run=${two.runId}`)).body.items)).toEqual([
    receipts[6],
    receipts[5],
    receipts[1],
  ]);
  expect((await api.me.get("/receipts?run=unknown")).body).toEqual({ items: [], nextCursor: null });
  expect((await api.stranger.get(`/receipts?run=${one.runId}`)).body.items).toEqual([]);
});

test("a receipt that was tampered with is found", async () => {
  const { receiptId } = (await api.stranger.commit(note(1))) as { receiptId?: string };
  const { prisma } = api.t.deps;
  await prisma.receipt.updateMany({ where: { tenantId: "other", receiptId }, data: { committedAt: new Date(0) } });
  expect((await api.stranger.get("/receipts/verify")).body).toMatchObject({ valid: false, firstBad: receiptId });
});
