import type { LogEvent } from "../domain/kernel/event.ts";
import { stepOf } from "./core/cursor.ts";
import { pagesOf } from "./core/pages.ts";
import { SwitchyardError } from "./core/problem.ts";
import { backoffMs, DEFAULT_RETRY, REAL_TIMING, type RetryPolicy, type Timing } from "./core/retry.ts";
import { Mailbox } from "./mailbox.ts";
import type { CallControl, Client, EventRange, FollowOptions } from "./types.ts";

/**
 * Following the log without a gap. The position (the last `seq` handed over) is the only state that
 * matters; after any break the stream is taken up again from it.
 *
 * connecting    No socket. It is opened, again and again with backoff. After each try that failed
 * the log is read by HTTP: there may be a server, and something on the way that lets no WebSockets
 * through. catching_up   Subscribing since the position. Frames that continue it are handed over;
 * others wait for the answer, as they may belong to a subscription that has ended. `reset` (too
 * slow, too old): the missing events are read by HTTP, then subscribed anew. live          The
 * subscription was answered. Each frame must begin at position + 1; one that begins later is a gap,
 * one that the reader is too slow for was dropped: both subscribe anew from the position.
 *
 * Moves: connecting -> catching_up -> live; live -> catching_up (gap, overflow, reset); any ->
 * connecting (socket lost); any -> end (signal aborted, or an error that no new try can mend).
 */
export interface FollowDeps extends FollowOptions {
  url: string;
  key: string;
  client: Pick<Client, "listEvents">;
  retry?: Partial<RetryPolicy>;
  timing?: Timing;
}

/** Events read by HTTP at a time. */
const PAGE = 100;

/**
 * Hands over every range in order; resolves when the signal is aborted. A rejected `onEvents` ends
 * it with that error.
 */
export async function follow(
  deps: FollowDeps,
  onEvents: (events: LogEvent[], range: EventRange) => void | Promise<void>,
): Promise<void> {
  for await (const range of ranges(deps)) await onEvents(range.events, range);
}

/** The same as single events. */
export async function* followEvents(deps: FollowDeps): AsyncGenerator<LogEvent, void, void> {
  for await (const range of ranges(deps)) yield* range.events;
}

async function* ranges(deps: FollowDeps): AsyncGenerator<EventRange, void, void> {
  const policy = { ...DEFAULT_RETRY, ...deps.retry };
  const timing = deps.timing ?? REAL_TIMING;
  const position = new Position(deps.since);
  const socket = new Mailbox(deps.url, deps.key);
  const onAbort = () => socket.close();
  deps.signal?.addEventListener("abort", onAbort, { once: true });
  if (deps.signal?.aborted) socket.close();
  let failures = 0;
  let state = "";
  const enter = (next: "connecting" | "catching_up" | "live") => {
    if (state !== next) deps.onState?.(next);
    state = next;
  };

  // A server that refuses again and again is asked less and less often.
  const waitALittle = () => {
    failures += 1;
    return timing.sleep(backoffMs(policy, failures, timing.random), deps.signal).catch(() => undefined);
  };

  try {
    enter("connecting");
    for (;;) {
      const message = await socket.next();
      switch (message.type) {
        case "closed":
          return;
        case "connected":
        case "overflow":
          enter("catching_up");
          socket.subscribe(deps.topic, position.seq);
          break;
        case "disconnected":
          enter("connecting");
          break;
        case "unreachable":
          yield* readByHttp(deps, position);
          break;
        case "subscribed":
          position.adopt(message);
          enter("live");
          break;
        case "frame": {
          const range = position.advance(message.frame);
          if (range === "gap") {
            // While the answer is out, such a frame may belong to the subscription before.
            if (!socket.subscribing) socket.subscribe(deps.topic, position.seq);
          } else if (range) {
            failures = 0;
            yield range;
          }
          break;
        }
        case "reset":
          if (message.reason === "unknown_log") throw replaced();
          enter("catching_up");
          yield* catchUp(deps, position, message.seq);
          await waitALittle();
          socket.subscribe(deps.topic, position.seq);
          break;
        case "failed":
          if (!message.error.retryable) throw message.error;
          enter("connecting");
          await waitALittle();
          socket.reconnect();
          break;
      }
    }
  } finally {
    deps.signal?.removeEventListener("abort", onAbort);
    socket.close();
  }
}

/**
 * What has been added to the log, if the server can be reached by HTTP. Without a position the next
 * call returns what came after this one.
 */
async function* readByHttp(deps: FollowDeps, position: Position): AsyncGenerator<EventRange, void, void> {
  const once = { ...(deps.signal && { signal: deps.signal }), retry: { totalMs: 0 } };
  try {
    if (position.seq === undefined) {
      const newest = await deps.client.listEvents({ order: "desc", limit: 1 }, once);
      position.seq = newest.items[0]?.seq ?? 0;
    }
    yield* catchUp(deps, position, position.seq, once);
  } catch (error) {
    // An abort ends the loop by its own message.
    if (deps.signal?.aborted || (error instanceof SwitchyardError && error.retryable)) return;
    throw error;
  }
}

/**
 * Reads what lies between the position and (at least) `head` by HTTP. Below the retained floor this
 * throws `position_gone`.
 */
async function* catchUp(
  deps: FollowDeps,
  position: Position,
  head: number,
  control: CallControl = deps.signal ? { signal: deps.signal } : {},
): AsyncGenerator<EventRange, void, void> {
  const runId = deps.topic.startsWith("run:") ? deps.topic.slice(4) : undefined;
  const after = () => position.seq ?? head;
  const read = (cursor: string | undefined) =>
    deps.client.listEvents({ after: after(), limit: PAGE, cursor, ...(runId && { runId }) }, control);
  for await (const { items, nextCursor } of pagesOf(read)) {
    const from = after() + 1;
    // A page that is not full is not the last one: the server looks through so much of the log at a
    // time.
    const to = Math.max(items.at(-1)?.seq ?? 0, nextCursor === null ? head : 0);
    if (to >= from) yield position.take({ from, to, events: items });
  }
}

/** The last position handed over, and the arithmetic of ranges. */
export class Position {
  seq: number | undefined;
  #logId: string | undefined;

  constructor(since: number | undefined) {
    this.seq = since;
  }

  /**
   * The answer to a subscription: where a stream without a position starts, and whether the log is
   * still the same one.
   */
  adopt(answer: { head: number; logId: string }): void {
    this.#logId ??= answer.logId;
    if (answer.logId !== this.#logId) throw replaced();
    this.seq ??= answer.head;
  }

  /**
   * The part of a frame that is new, undefined when there is none, or "gap" when something is
   * missing before it.
   */
  advance(frame: EventRange): EventRange | "gap" | undefined {
    const step = stepOf(this.seq ?? null, frame);
    if (step.kind !== "apply") return step.kind === "gap" ? "gap" : undefined;
    const from = this.seq === undefined ? frame.from : this.seq + 1;
    return this.take({ from, to: step.position, events: step.events });
  }

  take(range: EventRange): EventRange {
    this.seq = range.to;
    return range;
  }
}

const replaced = () =>
  new SwitchyardError(
    0,
    "log_replaced",
    "the server's log is another one than this position is of; start over without it",
  );
