import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { LogEvent } from "../../domain/event.ts";
import { STREAM_BEAT_MS } from "../../domain/live.ts";

/** How events are written into an answer that does not end by itself. Every piece is whole: pieces may be written in any order. */
export interface StreamFormat {
  readonly contentType: string;
  /** What says nothing but that the stream lives. */
  readonly beat: string;
  write(events: readonly LogEvent[]): string;
}

/** One event a line; a beat is an empty line. */
export const NDJSON: StreamFormat = {
  contentType: "application/x-ndjson",
  beat: "\n",
  write: (events) => `${events.map((event) => JSON.stringify(event)).join("\n")}\n`,
};

/** Server-sent events: `id:` is the position; a beat is a comment. */
export const SERVER_SENT_EVENTS: StreamFormat = {
  contentType: "text/event-stream",
  beat: ": beat\n\n",
  write: (events) => events.map((event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
};

/** Proxies: neither keep, nor compress, nor collect what must arrive now. */
const HEADERS = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" };

/**
 * Answers with a stream that lives behind proxies: they hold the headers back until the first byte of the body, and cut what is silent for
 * as long as a minute or less. So the first beat is sent at once and one at every interval, except to a reader that has not read yet.
 */
export function sendEventStream(
  reply: FastifyReply,
  format: StreamFormat,
  batches: AsyncIterable<readonly LogEvent[]>,
): FastifyReply {
  const { raw } = reply;
  const beats = setInterval(() => {
    if (raw.headersSent && !raw.writableEnded && !raw.writableNeedDrain) raw.write(format.beat);
  }, STREAM_BEAT_MS);
  raw.once("close", () => clearInterval(beats));
  return reply
    .headers(HEADERS)
    .type(format.contentType)
    .send(Readable.from(pieces(format, batches)));
}

async function* pieces(
  format: StreamFormat,
  batches: AsyncIterable<readonly LogEvent[]>,
): AsyncGenerator<string, void, void> {
  yield format.beat;
  for await (const events of batches) yield format.write(events);
}
