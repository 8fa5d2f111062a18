import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { breakerTag, queueTag } from "../../../domain/kernel/setting-tag.ts";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const rule = { kind: "queue_depth", severity: "warning", enabled: true };

interface Race {
  /**
   * Makes what is raced for; answers where it is read and how one of two people writes it, `n`
   * being 1 or 2.
   */
  make: () => Promise<{ read: string; write: (n: 1 | 2, ifMatch?: string) => Promise<Answer> }>;
  /** What the row says once person `n` has written it. */
  says: (n: 1 | 2) => object;
}

const RACES: { readonly [what: string]: Race } = {
  "a rule": {
    make: async () => {
      const path = `/alert-rules/${fresh("rule")}`;
      await api.me.put(path, { ...rule, params: { depth: 100 } });
      return { read: path, write: (n, tag) => api.me.put(path, { ...rule, params: { depth: n } }, match(tag)) };
    },
    says: (n) => ({ kind: "queue_depth", params: { depth: n } }),
  },
  "a rule that every tenant begins with": {
    make: async () => {
      const body = (n: number) => ({ ...rule, kind: "stuck", params: { noProgressMs: n * 60_000 } });
      return {
        read: "/alert-rules/stuck",
        write: (n, tag) => api.me.put("/alert-rules", { ruleId: "stuck", ...body(n) }, match(tag)),
      };
    },
    says: (n) => ({ kind: "stuck", params: { noProgressMs: n * 60_000 } }),
  },
  "a channel": {
    make: async () => {
      const path = `/channels/${fresh("pager")}`;
      const body = (n: number) => ({ kind: "webhook", target: `https://example.com/${n}` });
      await api.me.put(path, body(0));
      return { read: path, write: (n, tag) => api.me.put(path, body(n), match(tag)) };
    },
    says: (n) => ({ target: `https://example.com/${n}` }),
  },
  "the settings of a queue": {
    make: async () => {
      const path = `/queues/${fresh("queue")}`;
      await api.me.post(path, { concurrency: 10 });
      return { read: path, write: (n, tag) => api.me.post(path, { concurrency: n }, match(tag)) };
    },
    says: (n) => ({ concurrency: n }),
  },
  "an order to a breaker": {
    make: async () => {
      const agentKey = fresh("agent");
      await api.me.post("/agents", { agentKey });
      const path = `/agents/${agentKey}/breaker`;
      const order = (n: 1 | 2) => ({ state: n === 1 ? "forced_open" : "disabled", reason: "mine" });
      return { read: path, write: (n, tag) => api.me.post(`${path}/override`, order(n), match(tag)) };
    },
    says: (n) => ({ state: n === 1 ? "forced_open" : "disabled" }),
  },
  "a card": {
    make: async () => {
      const runId = fresh("run");
      const workstreamId = fresh("card");
      await api.me.commit(
        { type: "run.create", runId, workflow: "w" },
        { type: "workstream.create", workstreamId, runId, title: "w" },
      );
      const path = `/workstreams/${workstreamId}`;
      const to = (n: 1 | 2) => ({ to: n === 1 ? "ready" : "running" });
      return { read: path, write: (n, tag) => api.me.post(`${path}/transition`, to(n), match(tag)) };
    },
    says: (n) => ({ status: n === 1 ? "ready" : "running" }),
  },
};

const match = (tag: string | undefined): { [name: string]: string } => (tag === undefined ? {} : { "if-match": tag });
const tagOf = ({ headers }: Answer): string => String(headers.etag);

describe.each(Object.entries(RACES))("two people write %s at once", (_what, { make, says }) => {
  test("both having seen the same: one writes, the other gets what it is now and changes nothing", async () => {
    const { read, write } = await make();
    const seen = tagOf(await api.me.get(read));
    const answers = await Promise.all([write(1, seen), write(2, seen)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([expect.toSatisfy((status) => status < 300), 412]);
    const [won, lost] = answers[0].status === 412 ? ([2, answers[0]] as const) : ([1, answers[1]] as const);
    const now = await api.me.get(read);
    expect(now.body).toMatchObject(says(won));
    expect(lost.body).toMatchObject({ code: "stale_version", row: { ...says(won), version: now.body.version } });
    expect(tagOf(lost)).toBe(tagOf(now));
    expect((await write(won === 1 ? 2 : 1, tagOf(now))).body).toMatchObject(won === 1 ? says(2) : says(1));
  });

  test("a call without a version writes over any", async () => {
    const { read, write } = await make();
    expect((await write(1)).status).toBeLessThan(300);
    expect((await write(2)).status).toBeLessThan(300);
    expect((await api.me.get(read)).body).toMatchObject(says(2));
  });
});

describe("what is not there is at version 0", () => {
  test.each([
    ["rule", () => `/alert-rules/${fresh("made")}`, (n: number) => ({ ...rule, params: { depth: n } })],
    [
      "channel",
      () => `/channels/${fresh("made")}`,
      (n: number) => ({ kind: "webhook", target: `https://example.com/${n}` }),
    ],
  ])("of two people who make the same %s one makes it", async (_what, pathOf, body) => {
    const path = pathOf();
    const answers = await Promise.all([1, 2].map((n) => api.me.put(path, body(n), match('"0"'))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 412]);
    const lost = answers.find(({ status }) => status === 412);
    expect(lost?.body.row).toMatchObject({ version: 1, removedAt: null });
  });

  test.each([
    ["rule", () => `/alert-rules/${fresh("none")}`, { ...rule, params: { depth: 1 } }],
    ["channel", () => `/channels/${fresh("none")}`, { kind: "browser", target: "" }],
  ])("a %s that was seen and is not there is not made anew", async (_what, pathOf, body) => {
    const path = pathOf();
    expect((await api.me.put(path, body, match('"3"'))).body).toMatchObject({ status: 412, code: "stale_version" });
    expect((await api.me.get(path)).status).toBe(404);
  });

  test("a queue too; a move of what is not there stays unknown", async () => {
    const queue = `/queues/${fresh("none")}`;
    expect((await api.me.post(queue, { paused: true }, match('"3"'))).status).toBe(412);
    expect((await api.me.get(queue)).status).toBe(404);
    expect((await api.me.post("/workstreams/none/transition", { to: "done" }, match('"3"'))).status).toBe(404);
  });
});

describe("what people set of a row that also changes by itself", () => {
  test("of a queue holds while jobs come, and not once somebody has changed it", async () => {
    const queue = fresh("queue");
    await api.me.post(`/queues/${queue}`, { concurrency: 5 });
    const { body } = await api.me.get(`/queues/${queue}`);
    const seen = match(`"${queueTag(body as never)}"`);
    const [runId, jobId] = [fresh("run"), fresh("job")];
    await api.me.commit(
      { type: "run.create", runId, workflow: "w" },
      { type: "job.enqueue", jobId, runId, queue, tool: "shell", capability: "shell" },
    );
    expect((await api.me.get(`/queues/${queue}`)).body.version).not.toBe(body.version);
    expect((await api.me.post(`/queues/${queue}`, { concurrency: 6 }, seen)).status).toBe(200);
    const late = await api.me.post(`/queues/${queue}`, { paused: true }, seen);
    expect(late.body).toMatchObject({ status: 412, row: { concurrency: 6, paused: false } });
  });

  test("of a breaker holds while calls are counted, and not once it has an order", async () => {
    const agentKey = fresh("agent");
    await api.me.post("/agents", { agentKey });
    const path = `/agents/${agentKey}/breaker`;
    const seen = match(`"${breakerTag((await api.me.get(path)).body as never)}"`);
    await api.me.commit({ type: "breaker.record", agentKey, success: true });
    const trip = (reason: string) => api.me.post(`${path}/override`, { state: "forced_open", reason }, seen);
    expect((await trip("first")).status).toBe(200);
    expect((await trip("second")).body).toMatchObject({ status: 412, row: { override: { reason: "first" } } });
    expect((await api.me.post(`${path}/reset`, { reason: "x" }, match('"set-other"'))).status).toBe(412);
    const now = match(`"${breakerTag((await api.me.get(path)).body as never)}"`);
    expect((await api.me.post(`${path}/reset`, { reason: "x" }, now)).status).toBe(200);
  });
});

describe("what was removed meanwhile", () => {
  test.each([
    ["rule", "/alert-rules/", { ...rule, params: { depth: 1 } }],
    ["channel", "/channels/", { kind: "webhook", target: "https://example.com/" }],
  ])("a %s says so to who edits it, and to who removes what was edited", async (_what, base, body) => {
    const path = base + fresh("gone");
    const seen = tagOf(await api.me.put(path, body));
    expect(seen).toBe('"1"');
    await api.me.put(path, { ...body, enabled: false });
    expect((await api.me.delete(path, match(seen))).body).toMatchObject({ status: 412, row: { enabled: false } });
    expect((await api.me.delete(path, match('"2"'))).status).toBe(200);
    const late = await api.me.put(path, body, match('"2"'));
    expect(late.body).toMatchObject({ status: 412, row: { version: 3, removedAt: expect.any(String) } });
    expect((await api.me.get(path)).status).toBe(404);
    expect((await api.me.put(path, body, match(tagOf(late)))).status).toBeLessThan(300);
  });
});
