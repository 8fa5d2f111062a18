import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { LogEvent } from "../domain/kernel/event.ts";
import { createClient } from "./client.ts";
import { type ProxyWays, startProxy, type TestProxy } from "./proxy.test-kit.ts";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";
import type { Client } from "./types.ts";

let server: RealServer;
let proxy: TestProxy;
/** Through the proxy; `server.client` goes past it. */
let client: Client;
beforeAll(async () => {
  server = await startRealServer();
  proxy = await startProxy(server.url);
  client = createClient({ url: proxy.url, key: server.key, timeoutMs: 2_000 });
});
afterEach(() => {
  proxy.ways = {};
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

const isStream = (path: string) => path.includes("follow=true");
const PATIENT = { timeout: 25_000 };
/** Of characters of one to four bytes. */
const TEXT = "grüße, ไทย 🚂";

const WAYS: [string, ProxyWays][] = [
  ["keeps the headers until the body begins", { keeps: "headers" }],
  ["passes nothing on before an answer has ended", { keeps: "all" }],
  ["cuts what is silent for a second", { idleMs: 1_000 }],
  ["takes streams and never answers", { swallows: true, only: isStream }],
  ["ends streams with their first piece", { endsEarly: true, only: isStream }],
  ["cuts streams in the middle of a line", { tears: true, only: isStream }],
  ["passes on one byte at a time", { bytewise: true }],
  ["answers streams with a page and 502", { status: 502, only: isStream }],
  ["answers streams with a page and 504", { status: 504, only: isStream }],
  ["answers streams with a page and 404", { status: 404, only: isStream }],
  ["answers streams with a page and 200", { status: 200, only: isStream }],
  ["forbids streams", { status: 403, only: isStream }],
  ["speaks HTTP/1.0 to the server", { http10: true }],
];

describe("waiting for an approval through a proxy that", () => {
  test.each(WAYS)("%s", PATIENT, async (_name, ways) => {
    proxy.ways = ways;
    const settled = randomUUID();
    await server.client.requestApproval({ approvalId: settled, title: "Deploy?" });
    await server.client.approve(settled);
    // What is settled already needs no event.
    expect(await client.waitForApproval(settled)).toMatchObject({ status: "approved" });
    const later = randomUUID();
    await server.client.requestApproval({ approvalId: later, title: "Deploy?" });
    const before = proxy.seen.length;
    const waiting = client.waitForApproval(later);
    await expect.poll(() => proxy.seen.slice(before).filter((path) => path.includes(later)).length).toBeGreaterThan(0);
    await server.client.reject(later);
    expect(await waiting).toMatchObject({ status: "rejected" });
  });

  test("is down for a while", PATIENT, async () => {
    const approvalId = randomUUID();
    await server.client.requestApproval({ approvalId, title: "Deploy?" });
    for (const ways of [{ status: 502 }, { status: 524 }, { status: 200 }]) {
      proxy.ways = ways;
      const before = proxy.seen.length;
      const waiting = client.waitForApproval(approvalId);
      await expect.poll(() => proxy.seen.length).toBeGreaterThan(before + 2);
      proxy.ways = {};
      await server.client.approve(approvalId).catch(() => undefined);
      expect(await waiting).toMatchObject({ status: "approved" });
    }
  });
});

describe("tailing the log through a proxy that", () => {
  // Where no stream gets through, what is added is read by pages between the tries.
  test.each(WAYS.filter(([, { status }]) => status !== 403))(
    "%s: every event once, in order",
    PATIENT,
    async (_name, ways) => {
      proxy.ways = ways;
      const eventType = `x.${randomUUID()}`;
      let opened = 0;
      const tail = client.tail({ types: [eventType], onOpen: () => (opened += 1) });
      const seen: LogEvent[] = [];
      const reading = (async () => {
        for await (const event of tail) if (seen.push(event) === 6) return;
      })();
      await expect.poll(() => opened > 0 || proxy.seen.some((path) => path.includes(eventType)), PATIENT).toBe(true);
      for (let n = 1; n <= 6; n += 1) {
        await server.client.commit([{ type: "event.append", eventType, payload: { n, text: TEXT } }]);
        // A quiet that is longer than what the proxy stands.
        const before = opened;
        if (ways.idleMs && n === 3) await expect.poll(() => opened, PATIENT).toBeGreaterThan(before);
      }
      await reading;
      expect(seen.map(({ payload }) => payload)).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ n, text: TEXT })));
    },
  );
});

describe("claiming through a proxy that", () => {
  test.each(WAYS.filter(([, { only }]) => !only))("%s", PATIENT, async (_name, ways) => {
    proxy.ways = ways;
    const agentKey = randomUUID();
    await server.client.commit([
      { type: "agent.register", agentKey, capabilities: [agentKey] },
      { type: "run.create", runId: agentKey, workflow: "w" },
    ]);
    const patient = createClient({ url: proxy.url, key: server.key });
    const asked = proxy.seen.length;
    const waiting = patient.claim({ agentKey, capabilities: [agentKey], max: 1, leaseMs: 30_000, waitMs: 20_000 });
    const times = ways.idleMs === undefined ? 1 : 3;
    await expect.poll(() => proxy.seen.length, PATIENT).toBeGreaterThanOrEqual(asked + times);
    await server.client.commit([{ type: "job.enqueue", jobId: agentKey, runId: agentKey, capability: agentKey }]);
    expect(await waiting).toMatchObject([{ jobId: agentKey, leaseToken: expect.any(String) }]);
  });

  test(
    "lets no answer take longer than a second: an empty queue is an empty answer, not an error",
    PATIENT,
    async () => {
      proxy.ways = { idleMs: 1_000 };
      const agentKey = randomUUID();
      await server.client.commit([{ type: "agent.register", agentKey, capabilities: [] }]);
      const patient = createClient({ url: proxy.url, key: server.key });
      expect(await patient.claim({ agentKey, max: 1, leaseMs: 30_000, waitMs: 3_500 })).toEqual([]);
    },
  );
});

describe("following the log through a proxy without WebSockets", () => {
  test.each([["log"], ["run"]])("topic %s: every event once, in order, by HTTP", PATIENT, async (kind) => {
    const runId = randomUUID();
    const { firstSeq } = await server.client.commit([{ type: "run.create", runId, workflow: "w" }]);
    const topic = kind === "log" ? "log" : `run:${runId}`;
    const add = (n: number) =>
      server.client.commit([{ type: "event.append", eventType: "x.n", runId, payload: { n } }]);
    const over = new AbortController();
    const seen: LogEvent[] = [];
    const done = client.follow({ topic, since: firstSeq, signal: over.signal }, (events) => void seen.push(...events));
    for (let n = 1; n <= 130; n += 1) await add(n);
    await expect.poll(() => seen.length, PATIENT).toBe(130);
    await add(131);
    await expect.poll(() => seen.length, PATIENT).toBe(131);
    expect(seen.map(({ payload }) => payload)).toEqual(Array.from({ length: 131 }, (_none, at) => ({ n: at + 1 })));
    over.abort();
    await done;
  });

  test("a wrong key is reported", async () => {
    const stranger = createClient({ url: proxy.url, key: "sy_wrong" });
    await expect(stranger.follow({ topic: "log" }, () => undefined)).rejects.toMatchObject({ status: 401 });
  });
});
