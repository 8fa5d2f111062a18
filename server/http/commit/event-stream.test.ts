import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { eventually } from "../../testing/eventually.ts";
import { NDJSON, type StreamOptions, sendEventStream } from "./event-stream.ts";

let app: FastifyInstance | undefined;
afterEach(async () => {
  app?.server.closeAllConnections();
  await app?.close();
});

const event = (seq: number, bytes: number): LogEvent => ({
  seq,
  v: 1,
  type: "x.note",
  at: "2026-01-01T00:00:00.000Z",
  actor: "key:tests",
  subject: { kind: "x", id: "x" },
  payload: { text: "x".repeat(bytes) },
});

/** Serves the batches as a stream, and answers the response of somebody who has not read yet. */
async function open(batches: AsyncIterable<readonly LogEvent[]>, options: StreamOptions): Promise<IncomingMessage> {
  app = Fastify();
  app.get("/", (_request, reply) => sendEventStream(reply, NDJSON, batches, options));
  await app.listen({ port: 0, host: "127.0.0.1" });
  const request = http.get({ port: (app.server.address() as AddressInfo).port });
  onTestFinished(() => void request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => {});
  return response;
}

test("for a reader that takes nothing little is taken from the log, and it is cut off", async () => {
  let taken = 0;
  async function* endless() {
    for (;;) {
      taken += 1;
      yield [event(taken, 1_000_000)];
    }
  }
  const onCut = vi.fn();
  await open(endless(), { onCut, beatMs: 20, patienceMs: 200 });
  await eventually(() => expect(onCut).toHaveBeenCalledTimes(1));
  // What the kernels on both sides take, and a few pieces.
  expect(taken).toBeLessThan(40);
  const before = taken;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken).toBe(before);
});

test("a reader that takes what comes gets all of it, in pieces", async () => {
  async function* batches() {
    yield Array.from({ length: 100 }, (_, seq) => event(seq, 50_000));
  }
  const onCut = vi.fn();
  const response = await open(batches(), { onCut, beatMs: 20, patienceMs: 200 });
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const events = text.split("\n").filter((line) => line !== "");
  expect(events.map((line) => (JSON.parse(line) as LogEvent).seq)).toEqual(
    Array.from({ length: 100 }, (_, seq) => seq),
  );
  expect(onCut).not.toHaveBeenCalled();
});
