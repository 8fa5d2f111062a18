import { afterEach, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { SwitchyardError } from "./core/problem.ts";
import { sendJson, startTestServer, type TestServer } from "./http-server.test-kit.ts";
import { isLeaseLost } from "./lease.ts";

const RUN = { type: "run.create", runId: "r1", workflow: "build" } as const;
const RECEIPT = { receiptId: "rc1", firstSeq: 1, lastSeq: 1, results: [{ id: "r1", version: 1 }] };
const quick = { baseMs: 1, capMs: 2, totalMs: 5_000 };

let server: TestServer;
afterEach(() => server.close());

describe("commit", () => {
  test("sends the mutations with the key and a random Idempotency-Key", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 201, RECEIPT));
    const client = createClient({ url: `${server.url}/`, key: "sy_test" });
    expect(await client.commit([RUN], { expect: { r0: 3 } })).toEqual(RECEIPT);
    await client.commit([RUN]);
    const [first, second] = server.seen;
    expect(first).toMatchObject({
      method: "POST",
      path: "/api/v1/commits",
      body: { mutations: [RUN], expect: { r0: 3 } },
    });
    expect(first?.headers.authorization).toBe("Bearer sy_test");
    expect(first?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
  });

  test("keeps its Idempotency-Key across retries of every kind", async () => {
    server = await startTestServer((_request, response, count) => {
      if (count === 1) response.destroy();
      else if (count === 2) sendJson(response, 503, { code: "lane_full" }, { "retry-after": "0" });
      else if (count === 3) sendJson(response, 429, {});
      else sendJson(response, 200, RECEIPT, { "idempotency-replayed": "true" });
    });
    const client = createClient({ url: server.url, key: "k", retry: quick });
    expect(await client.commit([RUN])).toEqual(RECEIPT);
    expect(server.seen).toHaveLength(4);
    expect(new Set(server.seen.map((request) => request.headers["idempotency-key"])).size).toBe(1);
  });

  test("takes a key of the caller's", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 201, RECEIPT));
    await createClient({ url: server.url, key: "k" }).commit([RUN], { idempotencyKey: "mine" });
    expect(server.seen[0]?.headers["idempotency-key"]).toBe("mine");
  });

  test("tries again when an answer does not come in time", async () => {
    server = await startTestServer((_request, response, count) => {
      if (count > 1) sendJson(response, 201, RECEIPT);
    });
    const client = createClient({ url: server.url, key: "k", timeoutMs: 50, retry: quick });
    expect(await client.commit([RUN])).toEqual(RECEIPT);
  });

  test("a refusal is thrown once, with every fault in it", async () => {
    const errors = [
      { index: 0, type: "run.create", code: "already_exists", message: "run r1 exists already" },
      { index: 1, type: "job.heartbeat", code: "lease_lost", message: "no", legal: ["queued"] },
    ];
    server = await startTestServer((_request, response) =>
      sendJson(response, 422, { code: "commit_refused", detail: "2 faults", title: "Unprocessable", errors }),
    );
    const error = await createClient({ url: server.url, key: "k", retry: quick })
      .commit([RUN])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SwitchyardError);
    expect(error).toMatchObject({
      status: 422,
      code: "commit_refused",
      detail: "2 faults",
      errors,
      legal: ["queued"],
      retryable: false,
    });
    expect(isLeaseLost(error)).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test("an answer that is no JSON still makes a typed error", async () => {
    server = await startTestServer((_request, response) => response.writeHead(404).end("<html>"));
    const client = createClient({ url: server.url, key: "k", retry: { totalMs: 0 } });
    await expect(client.getRun("r1")).rejects.toMatchObject({
      status: 404,
      code: "http_404",
    });
  });

  test("a server that is not there is a network error, with its address", async () => {
    server = await startTestServer(() => undefined);
    await server.close();
    const client = createClient({ url: server.url, key: "k", retry: { totalMs: 0 } });
    const refused = client.commit([RUN]);
    await expect(refused).rejects.toMatchObject({ status: 0, code: "network", retryable: true });
    await expect(refused).rejects.toThrow(`POST ${server.url}/api/v1/commits`);
  });

  test("an aborted call throws the signal's reason and is not tried again", async () => {
    const controller = new AbortController();
    server = await startTestServer(() => controller.abort(new Error("enough")));
    const call = createClient({ url: server.url, key: "k" }).commit([RUN], { signal: controller.signal });
    await expect(call).rejects.toThrow("enough");
    expect(server.seen).toHaveLength(1);
  });
});

describe("reads and the queue", () => {
  test("filters become a query, lists joined by commas", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 200, { items: [], nextCursor: null }));
    const client = createClient({ url: server.url, key: "k" });
    expect(await client.listJobs({ runId: "r:1", status: ["queued", "running"], limit: 5, cursor: undefined })).toEqual(
      {
        items: [],
        nextCursor: null,
      },
    );
    await client.getJob("a@b");
    expect(server.seen.map((request) => request.path)).toEqual([
      "/api/v1/jobs?runId=r%3A1&status=queued%2Crunning&limit=5",
      "/api/v1/jobs/a%40b",
    ]);
  });

  test("a repeated claim has the same Idempotency-Key, so that a lost answer leaves no job behind", async () => {
    server = await startTestServer((_request, response, count) => {
      if (count === 1) response.destroy();
      else sendJson(response, 200, { jobs: [{ jobId: "j1", leaseToken: "t" }] });
    });
    const client = createClient({ url: server.url, key: "k", retry: quick });
    const request = { agentKey: "a", capabilities: ["c"], max: 2, leaseMs: 1000 };
    expect(await client.claim({ ...request, waitMs: 5_000 })).toEqual([{ jobId: "j1", leaseToken: "t" }]);
    expect(server.seen[1]).toMatchObject({ method: "POST", path: "/api/v1/jobs/claim", body: request });
    expect(server.seen[1]?.headers["idempotency-key"]).toBe(server.seen[0]?.headers["idempotency-key"]);
  });

  test("heartbeats and ends are commits with the lease token", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 201, RECEIPT));
    const client = createClient({ url: server.url, key: "k" });
    await client.heartbeat({ jobId: "j", leaseToken: "t", progress: { done: 1 } });
    await client.complete({ jobId: "j", leaseToken: "t", exitCode: 0 });
    await client.fail({ jobId: "j", leaseToken: "t", error: "no", retryable: false });
    await client.timeOut({ jobId: "j", leaseToken: "t" });
    expect(server.seen.map((request) => request.body)).toEqual([
      { mutations: [{ type: "job.heartbeat", jobId: "j", leaseToken: "t", progress: { done: 1 } }] },
      { mutations: [{ type: "job.complete", jobId: "j", leaseToken: "t", exitCode: 0 }] },
      { mutations: [{ type: "job.fail", jobId: "j", leaseToken: "t", error: "no", retryable: false }] },
      { mutations: [{ type: "job.timeout", jobId: "j", leaseToken: "t" }] },
    ]);
  });
});
