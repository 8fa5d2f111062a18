import { afterEach, describe, expect, test } from "vitest";
import type { LogEvent } from "../domain/kernel/event.ts";
import { createClient } from "./client.ts";
import { createHttp } from "./core/http.ts";
import { sendJson, startTestServer, type TestServer } from "./http-server.test-kit.ts";

let server: TestServer;
afterEach(() => server.close());

const clientOf = () => createClient({ url: server.url, key: "k", timeoutMs: 5_000 });
const seqOf = async (tail: AsyncGenerator<LogEvent>) => ((await tail.next()).value as LogEvent).seq;
const line = (seq: number) => `${JSON.stringify({ seq, type: "job.cancelled" })}\n`;

describe("tailing the log", () => {
  test("events of the wanted types from the newest position on, however they are cut into pieces; beats are skipped", async () => {
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) return sendJson(response, 200, { items: [{ seq: 41 }], nextCursor: null });
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      const text = `\n${line(42)}\n\n${line(43)}${line(44)}\n`;
      response.write(text.slice(0, 10));
      setImmediate(() => response.write(text.slice(10)));
    });
    let opened = 0;
    const tail = clientOf().tail({ types: ["job.cancelled", "x.*"], onOpen: () => (opened += 1) });
    expect([await seqOf(tail), await seqOf(tail), await seqOf(tail), opened]).toEqual([42, 43, 44, 1]);
    expect(server.seen.map((request) => request.path)).toEqual([
      "/api/v1/events?order=desc&limit=1",
      "/api/v1/events?type=job.cancelled%2Cx.*&after=41&follow=true",
    ]);
    await tail.return();
  });

  test("a stream that breaks is asked for again from behind its last event", async () => {
    let streams = 0;
    server = await startTestServer((request, response) => {
      if (request.path.includes("order=desc"))
        return sendJson(response, 200, { items: [{ seq: streams + 1 }], nextCursor: null });
      if (!request.path.includes("follow")) return sendJson(response, 200, { items: [], nextCursor: null });
      streams += 1;
      if (streams === 2) return sendJson(response, 502, {});
      response.writeHead(200);
      if (streams === 4) response.end("<html>a page of somebody else</html>\n");
      else if (streams === 1) response.end(line(2));
      else response.write(line(streams + 2));
      if (streams === 3) setTimeout(() => response.destroy(), 20);
    });
    let opened = 0;
    const lost: unknown[] = [];
    const tail = clientOf().tail({
      types: ["x.*"],
      onOpen: () => (opened += 1),
      onLost: ({ code }) => lost.push(code),
    });
    expect([await seqOf(tail), await seqOf(tail), await seqOf(tail)]).toEqual([2, 5, 7]);
    const asked = server.seen.map(({ path }) => path).filter((path) => path.includes("follow"));
    expect(asked.map((path) => Number(/after=(\d+)/.exec(path)?.[1]))).toEqual([1, 2, 3, 5, 5]);
    // What was added up to there meanwhile has been read before.
    expect(server.seen.map(({ path }) => /after=.*before=\d+/.exec(path)?.[0]).filter(Boolean)).toEqual([
      "after=2&before=4",
    ]);
    // Breaks that the next try mends are not reported.
    expect([opened, lost]).toEqual([4, ["http_502"]]);
    await tail.return();
  });

  test("what has left the log meanwhile is passed over", async () => {
    server = await startTestServer((request, response, count) => {
      if (!request.path.includes("follow")) {
        return sendJson(response, 200, { items: [{ seq: count === 1 ? 5 : 70 }], nextCursor: null });
      }
      if (request.path.includes("after=5&")) return sendJson(response, 410, { code: "position_gone", floor: 60 });
      response.writeHead(200);
      response.write(line(71));
    });
    const tail = clientOf().tail({ types: ["x.*"] });
    expect(await seqOf(tail)).toBe(71);
    await tail.return();
  });

  test("a refusal is thrown as an error; a server that does not begin to answer, or falls silent, is asked again", async () => {
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
    let streams = 0;
    server = await startTestServer((request, response) => {
      if (!request.path.includes("follow")) return sendJson(response, 200, { items: [], nextCursor: null });
      streams += 1;
      if (streams === 3) response.writeHead(200).write(line(1));
    });
    const impatient = createClient({ url: server.url, key: "k", timeoutMs: 50 });
    const lost: unknown[] = [];
    const tail = impatient.tail({ types: ["x.*"], onLost: ({ code }) => lost.push(code) });
    expect([await seqOf(tail), streams, lost]).toEqual([1, 3, ["timeout"]]);
    await tail.return();
  });

  test("a stream that has begun and says nothing any more counts as lost", async () => {
    server = await startTestServer((_request, response) => {
      response.writeHead(200).write("\n");
    });
    const { lines } = createHttp({ base: server.url, key: "k" });
    await expect(lines("/events", { silenceMs: 30 }).next()).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
    });
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
