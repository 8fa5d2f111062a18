import { afterEach, describe, expect, test } from "vitest";
import type { LogEvent } from "../domain/event.ts";
import { createClient } from "./client.ts";
import { sendJson, startTestServer, type TestServer } from "./http-server.test-kit.ts";

let server: TestServer;
afterEach(() => server.close());

const clientOf = () => createClient({ url: server.url, key: "k", timeoutMs: 5_000 });
const line = (seq: number) => `${JSON.stringify({ seq, type: "job.cancelled" })}\n`;

describe("tailing the log", () => {
  test("events of the wanted types from the newest position on, however they are cut into pieces", async () => {
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) return sendJson(response, 200, { items: [{ seq: 41 }], nextCursor: null });
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      const text = `${line(42)}\n${line(43)}${line(44)}`;
      response.write(text.slice(0, 10));
      setImmediate(() => response.end(text.slice(10)));
    });
    const seen: number[] = [];
    let opened = 0;
    const tail = clientOf().tail({ types: ["job.cancelled", "x.*"], onOpen: () => (opened += 1) });
    const read = async () => {
      for await (const event of tail) seen.push(event.seq);
    };
    await expect(read()).rejects.toMatchObject({ status: 0, code: "network", retryable: true });
    expect([seen, opened]).toEqual([[42, 43, 44], 1]);
    expect(server.seen.map((request) => request.path)).toEqual([
      "/api/v1/events?order=desc&limit=1",
      "/api/v1/events?type=job.cancelled%2Cx.*&after=41&follow=true",
    ]);
  });

  test("a refusal is thrown as any other; so is a server that does not begin to answer", async () => {
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) sendJson(response, 200, { items: [], nextCursor: null });
      else sendJson(response, 403, { code: "forbidden", detail: "not yours" });
    });
    await expect(
      clientOf()
        .tail({ types: ["x.*"] })
        .next(),
    ).rejects.toMatchObject({ status: 403, code: "forbidden" });
    await server.close();
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) sendJson(response, 200, { items: [], nextCursor: null });
    });
    const impatient = createClient({ url: server.url, key: "k", timeoutMs: 50 });
    await expect(impatient.tail({ types: ["x.*"] }).next()).rejects.toMatchObject({ code: "timeout" });
  });

  test("the signal ends it, and leaving the loop closes the connection", async () => {
    let closed = 0;
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) return sendJson(response, 200, { items: [], nextCursor: null });
      response.once("close", () => (closed += 1));
      response.writeHead(200);
      response.write(line(1));
    });
    const stop = new AbortController();
    const tail = clientOf().tail({ types: ["x.*"], signal: stop.signal });
    expect(((await tail.next()).value as LogEvent).seq).toBe(1);
    stop.abort(new Error("enough"));
    await expect(tail.next()).rejects.toThrow("enough");
    await expect.poll(() => closed).toBe(1);
    for await (const event of clientOf().tail({ types: ["x.*"] })) {
      expect(event.seq).toBe(1);
      break;
    }
    await expect.poll(() => closed).toBe(2);
  });
});
