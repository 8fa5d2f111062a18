import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { jsonBytes } from "../../../domain/kernel/json-bytes.ts";
import { STREAM_BEAT_MS } from "../../../domain/kernel/live.ts";

/**
 * How events are written into an answer that does not end by itself. Every piece is whole: pieces
 * may be written in any order.
 */
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
/** Events are written in pieces of about so many bytes, at least one event each. */
const PIECE_BYTES = 262_144;
/** A reader that takes nothing for so long is cut off. */
const PATIENCE_MS = 30_000;

export interface StreamOptions {
  /** Called when the stream is ended because its reader took nothing. */
  onCut?: () => void;
  beatMs?: number;
  patienceMs?: number;
}

/**
 * Answers with a stream that lives behind proxies: they hold the headers back until the first byte
 * of the body, and cut what is silent for as long as a minute or less. So the first beat is sent at
 * once and one at every interval, except to a reader that has not read yet.
 *
 * For a reader that is slow one piece is kept, and what `batches` keeps; one that takes nothing at
 * all is cut off.
 */
export function sendEventStream(
  reply: FastifyReply,
  format: StreamFormat,
  batches: AsyncIterable<readonly LogEvent[]>,
  { onCut, beatMs = STREAM_BEAT_MS, patienceMs = PATIENCE_MS }: StreamOptions = {},
): FastifyReply {
  const { raw } = reply;
  let stuckAt: number | undefined;
  const beats = setInterval(() => {
    if (!raw.headersSent || raw.writableEnded) return;
    if (!raw.writableNeedDrain) {
      raw.write(format.beat);
      return;
    }
    stuckAt ??= performance.now();
    if (performance.now() - stuckAt < patienceMs) return;
    onCut?.();
    raw.destroy();
  }, beatMs);
  raw.on("drain", () => {
    stuckAt = undefined;
  });
  raw.once("close", () => clearInterval(beats));
  return reply
    .headers(HEADERS)
    .type(format.contentType)
    .send(Readable.from(pieces(format, batches), { highWaterMark: 1 }));
}

async function* pieces(
  format: StreamFormat,
  batches: AsyncIterable<readonly LogEvent[]>,
): AsyncGenerator<string, void, void> {
  yield format.beat;
  for await (const events of batches) {
    for (let at = 0; at < events.length; ) {
      const fitting = Math.max(1, countWithin(events, at, PIECE_BYTES));
      yield format.write(events.slice(at, at + fitting));
      at += fitting;
    }
  }
}

/** How many events from `from` on have together no more than so many bytes. */
export function countWithin(events: readonly LogEvent[], from: number, most: number): number {
  let bytes = 0;
  for (let at = from; at < events.length; at += 1) {
    bytes += jsonBytes(events[at]?.payload);
    if (bytes > most) return at - from;
  }
  return events.length - from;
}
