import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Emitter } from "./emitter.ts";
import { inFrames } from "./frames.ts";
import type { Sink } from "./outlet.ts";

/** A follower as the log topic sees it. */
export interface Follower {
  readonly sink: Sink;
  /** The last position sent to it. The topic updates it while the follower streams. */
  sentTo: number;
  /** Stop streaming and read on from `sentTo` in the log. */
  fallBack(): void;
}

/**
 * The followers of `log` or of one run's log that have caught up. Those at the same position share
 * a room, so that a frame is encoded once for all; one that joins at another position gets its next
 * frame alone and is in the room from then on.
 *
 * In a run's topic, frames are sent only when the run has events; each begins right after the one
 * before.
 */
export class LogTopic {
  readonly topic: string;
  readonly runId: string | undefined;
  readonly #room: string;
  readonly #emitter: Emitter;
  readonly #together = new Set<Follower>();
  readonly #apart = new Set<Follower>();
  /** The last position sent to the room. */
  #sentTo = 0;

  constructor(tenantId: string, topic: string, emitter: Emitter) {
    this.topic = topic;
    this.runId = topic.startsWith("run:") ? topic.slice(4) : undefined;
    this.#room = `log|${tenantId}|${topic}`;
    this.#emitter = emitter;
  }

  /** Adds a follower that has caught up. */
  join(follower: Follower): void {
    if (this.#together.size === 0) this.#sentTo = follower.sentTo;
    if (follower.sentTo !== this.#sentTo) {
      this.#apart.add(follower);
      return;
    }
    this.#together.add(follower);
    follower.sink.join(this.#room);
  }

  leave(follower: Follower): void {
    this.#apart.delete(follower);
    if (!this.#together.delete(follower)) return;
    follower.sentTo = this.#sentTo;
    follower.sink.leave(this.#room);
  }

  /**
   * Sends this topic's events up to a position, frame by frame. Followers that are full fall back
   * to the log.
   */
  push(to: number, events: readonly LogEvent[]): void {
    let left = events.length;
    for (const part of inFrames(events)) {
      left -= part.length;
      this.#pushFrame(left > 0 ? (part.at(-1)?.seq ?? to) : to, part);
    }
  }

  #pushFrame(to: number, events: readonly LogEvent[]): void {
    for (const follower of [...this.#together, ...this.#apart]) if (follower.sink.full) follower.fallBack();
    if (this.#together.size > 0) this.#sentTo = this.deliver(this.#room, this.#sentTo, to, events, this.#together.size);
    for (const follower of [...this.#apart]) {
      follower.sentTo = this.deliver(follower.sink.id, follower.sentTo, to, events);
      this.#apart.delete(follower);
      this.join(follower);
    }
  }

  /** Makes every follower fall back to the log: this node has missed a part of it. */
  resync(): void {
    for (const follower of [...this.#together, ...this.#apart]) follower.fallBack();
  }

  /** Sends the next frame of events after `sentTo` to a room; returns the new position. */
  deliver(room: string, sentTo: number, to: number, events: readonly LogEvent[], sockets = 1): number {
    const first = events[0];
    const fresh = first && first.seq <= sentTo ? events.filter((event) => event.seq > sentTo) : [...events];
    if (to <= sentTo || fresh.length === 0) return sentTo;
    this.#emitter.log(room, { topic: this.topic, from: sentTo + 1, to, events: fresh }, sockets);
    return to;
  }
}
