import type { Logger } from "pino";
import type { ResetFrame } from "../../domain/kernel/live.ts";
import { FRAME_BYTES, FRAME_EVENTS, inFrames, weighEvent } from "./frames.ts";
import type { Gate } from "./gate.ts";
import type { Follower, LogTopic } from "./log-topic.ts";
import type { Sink } from "./outlet.ts";
import type { Recent } from "./recent.ts";
import type { LogSource } from "./source.ts";

/** A socket that reads nothing for this long loses its subscription, ms. */
export const PATIENCE_MS = 30_000;
const MAX_PAGE = 1_000;
const RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

export interface OutboxDeps {
  tenantId: string;
  topic: LogTopic;
  sink: Sink;
  recent: Recent;
  source: Pick<LogSource, "head" | "readEvents">;
  /** Shared by all outboxes of the node. */
  gate: Gate;
  logger: Logger;
  patienceMs: number;
  /** Ends the subscription and sends the client the reason. */
  onReset: (reason: ResetFrame["reason"]) => void;
}

/**
 * One socket's progress through a log topic. Each frame begins right after the one before, whatever
 * is committed meanwhile.
 *
 * - backfill: the position is older than the recent events in memory. Pages are read from the log,
 *   each once the one before has been written to the socket. A page that cannot be read is retried
 *   with growing delays and smaller sizes.
 * - cutover: the position is within the recent events: they are sent, frame by frame. When a frame
 *   ends at the newest event, the outbox joins the topic in the same turn of the event loop, so
 *   nothing is lost in between.
 * - streaming: the topic sends each new range to all streaming followers. The outbox does nothing.
 *
 * Moves: backfill → cutover → streaming; cutover → backfill when the socket is so slow that memory
 * has moved on; streaming → backfill when the socket is full or this node has missed a part of the
 * log; any → ended when the client leaves, when the socket reads nothing for `patienceMs` (reset
 * `too_slow`), or when retention has removed what comes next (reset `too_old`).
 *
 * Only the position is kept per socket, so a slow one costs no memory beyond its outlet's buffer.
 */
export class Outbox implements Follower {
  sentTo: number;
  readonly #deps: OutboxDeps;
  #ended = false;
  #pageSize = FRAME_EVENTS;
  #retry: { timer: NodeJS.Timeout; wake: () => void } | undefined;

  constructor(deps: OutboxDeps, since: number) {
    this.#deps = deps;
    this.sentTo = since;
    void this.#catchUp();
  }

  get sink(): Sink {
    return this.#deps.sink;
  }

  fallBack(): void {
    this.#deps.topic.leave(this);
    void this.#catchUp();
  }

  end(): void {
    this.#ended = true;
    this.#deps.topic.leave(this);
    clearTimeout(this.#retry?.timer);
    this.#retry?.wake();
  }

  async #catchUp(): Promise<void> {
    const { topic, recent } = this.#deps;
    // Position searched so far. In a run's topic it may be beyond what was sent.
    let covered = this.sentTo;
    for (let failures = 0; await this.#ready(); ) {
      const near = recent.after(covered, topic.runId);
      if (near) {
        this.sentTo = topic.deliver(this.sink.id, this.sentTo, near.to, near.events);
        covered = near.to;
        if (covered >= recent.end) return topic.join(this);
        continue;
      }
      try {
        covered = await this.#page(covered);
        failures = 0;
      } catch (error) {
        this.#deps.logger.warn({ err: error, topic: topic.topic }, "a page of the log could not be read");
        // It may have been too large for one read.
        this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 4));
        await this.#pause(Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS));
        failures += 1;
      }
    }
  }

  /** Waits until the socket can take more; false stops catching up. */
  async #ready(): Promise<boolean> {
    const drained = await this.sink.drained(this.#deps.patienceMs);
    if (this.#ended) return false;
    if (!drained) this.#deps.onReset("too_slow");
    return drained;
  }

  /** Reads and sends one page; returns the position searched up to. */
  async #page(after: number): Promise<number> {
    const { topic, source, tenantId, recent, gate } = this.#deps;
    const limit = this.#pageSize;
    const upTo = recent.end;
    const range = { after, upTo, limit, ...(topic.runId !== undefined && { runId: topic.runId }) };
    const events = await gate.run(async () => (this.#ended ? [] : await source.readEvents(tenantId, range)));
    // No events of the run and removed events look alike. The floor separates them: it rises
    // before anything is removed.
    const { floor } = topic.runId === undefined || this.#ended ? { floor: 0 } : await source.head(tenantId);
    if (this.#ended) return after;
    const last = events.at(-1)?.seq;
    const to = last !== undefined && events.length >= limit ? last : upTo;
    const hasGap = events[0]?.seq !== after + 1 || last !== to || to - after !== events.length;
    if (topic.runId === undefined ? hasGap : after < floor) {
      this.#deps.onReset("too_old");
      return after;
    }
    this.#adapt(
      events.reduce((sum, event) => sum + weighEvent(event), 0),
      events.length >= limit,
    );
    for (const part of inFrames(events)) {
      if (!(await this.#ready())) return after;
      const end = part.at(-1)?.seq ?? to;
      this.sentTo = topic.deliver(this.sink.id, this.sentTo, end === last ? to : end, part);
    }
    return to;
  }

  /**
   * Pages of large events get smaller, of small ones larger: memory is bounded by bytes, not by
   * number.
   */
  #adapt(bytes: number, full: boolean): void {
    if (bytes > 4 * FRAME_BYTES) this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 2));
    else if (full && bytes < FRAME_BYTES) this.#pageSize = Math.min(MAX_PAGE, this.#pageSize * 2);
  }

  async #pause(ms: number): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((wake) => {
      this.#retry = { timer: setTimeout(wake, ms), wake };
    });
    this.#retry = undefined;
  }
}
