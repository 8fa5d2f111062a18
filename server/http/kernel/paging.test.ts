import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { type Api, allPages, fresh, openApi, type Row } from "./resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  const run = (i: number): ClientMutationInput => ({
    type: "run.create",
    runId: `run-${i}`,
    workflow: `w${i % 3}`,
    tags: [`t${i % 2}`],
  });
  // Some in one commit, so that they share their millisecond, some alone.
  await api.me.commit(...Array.from({ length: 15 }, (_, i) => run(i)));
  for (let i = 15; i < 22; i += 1) await api.me.commit(run(i));
  for (let i = 0; i < 22; i += 1) {
    await api.me.commit(
      { type: "workstream.create", runId: `run-${i % 4}`, workstreamId: `ws-${i}`, title: "T" },
      {
        type: "job.enqueue",
        jobId: `job-${i}`,
        runId: `run-${i % 4}`,
        ...(i % 5 === 0 && { runAt: "2100-01-01T00:00:00Z" }),
      },
      { type: "agent.register", agentKey: `agent-${i}`, breaker: { windowSize: 1, minimumCalls: 1 } },
      { type: "breaker.record", agentKey: `agent-${i}`, success: i % 3 === 0 },
      { type: "routing.record", decisionId: `dec-${i}`, taskId: "t", taskType: "x", selectedAgent: "agent-0" },
    );
  }
});
afterAll(() => api.close());

const LISTS = [
  "/runs",
  "/runs?order=asc",
  "/runs?q=RUN",
  "/runs?q=w1&order=asc",
  "/runs?workflow=w1",
  "/runs?tag=t1&status=pending,running",
  "/workstreams",
  "/workstreams?runId=run-1",
  "/jobs",
  "/jobs?runId=run-2&status=queued",
  "/agents",
  "/leaderboard",
  "/routing/decisions",
  "/alerts",
  "/receipts",
  "/events?after=0",
  "/events?order=desc&type=run.*,job.enqueued",
  "/events?subject=agent:agent-4",
  "/runs/run-1/events?order=desc",
];

const keyOf = (item: Row) => item.id ?? item.receiptId ?? item.agentKey ?? item.seq;

test.each(LISTS)(
  "pages of GET %s, put together, are the whole list without repeats, for any page size",
  async (path) => {
    const whole = await allPages(api.me, path, 100);
    expect(whole.length).toBeGreaterThan(2);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 30 }), async (limit) => {
        const pages = await allPages(api.me, path, limit);
        expect(pages).toEqual(whole);
        expect(new Set(pages.map(keyOf)).size).toBe(pages.length);
      }),
      { numRuns: 3 },
    );
  },
);

test.each(["/runs", "/runs?q=run", "/jobs", "/workstreams", "/routing/decisions"])(
  "paging through GET %s shows every row that was there, once, while others are added",
  async (path) => {
    const there = await allPages(api.me, path, 100);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 9 }), async (limit) => {
        const seen: Row[] = [];
        let cursor: string | null = null;
        do {
          const more: string = cursor === null ? "" : `&cursor=${cursor}`;
          const { body } = await api.me.get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${more}`);
          seen.push(...body.items);
          cursor = body.nextCursor;
          await add();
        } while (cursor !== null);
        expect(new Set(seen.map(keyOf)).size).toBe(seen.length);
        const before = new Set(there.map(keyOf));
        expect(seen.filter((item) => before.has(keyOf(item))).map(keyOf)).toEqual(there.map(keyOf));
      }),
      { numRuns: 2 },
    );
  },
);

/** One more of each kind. */
async function add(): Promise<void> {
  const n = fresh("run-more");
  await api.me.commit(
    { type: "run.create", runId: n, workflow: "w" },
    { type: "workstream.create", runId: n, workstreamId: n, title: "T" },
    { type: "job.enqueue", jobId: n, runId: n },
    { type: "routing.record", decisionId: n, taskId: "t", taskType: "x", selectedAgent: "agent-0" },
  );
}

const cursorOf = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString("base64url");

test.each([
  ["/runs", "e30"],
  ["/runs", "x".repeat(2001)],
  ["/runs", cursorOf("agent-1")],
  ["/runs", cursorOf("not a time", "x")],
  ["/runs?q=a", cursorOf("-271821-04-20T00:00:00.000Z", "x")],
  ["/runs", cursorOf("+275760-09-13T00:00:00.000Z", "x")],
  ["/agents", cursorOf("\0")],
  ["/agents", cursorOf("\ud800")],
  ["/receipts", cursorOf(1e300, "x")],
  ["/events", cursorOf(-1)],
  ["/events", cursorOf(1.5)],
  ["/leaderboard", cursorOf(null, 1, "x")],
])("GET %s with the cursor %s of another list, or a made-up one, is malformed", async (path, cursor) => {
  const answer = await api.me.get(`${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`);
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed" } });
});
