import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Emitter } from "./emitter.ts";
import { inFrames } from "./frames.ts";
import type { Sink } from "./outlet.ts";

/** A follower of a log topic, as the topic sees it. */
export interface Follower {
  readonly sink: Sink;
  /** The last position it was told of. The topic keeps it while the follower streams. */
  told: number;
  /** Stop streaming and read what follows `told` from the log. */
  fallBack(): void;
}

/**
 * The followers of `log` or of one run's log that have caught up. Those who were told up to the same position share a room, so
 * that a frame is encoded once for all of them; one that joins at another position gets its next frame alone and is in the room
 * from then on.
 *
 * In a run's topic, frames are sent only when there are events of that run; each begins right behind the one before.
 */
export class LogTopic {
  readonly topic: string;
  readonly runId: string | undefined;
  readonly #room: string;
  readonly #emitter: Emitter;
  readonly #together = new Set<Follower>();
  readonly #apart = new Set<Follower>();
  /** The last position the room was told of. */
  #told = 0;

  constructor(tenantId: string, topic: string, emitter: Emitter) {
    this.topic = topic;
    this.runId = topic.startsWith("run:") ? topic.slice(4) : undefined;
    this.#room = `log|${tenantId}|${topic}`;
    this.#emitter = emitter;
  }

  /** Takes in a follower that has caught up. */
  join(follower: Follower): void {
    if (this.#together.size === 0) this.#told = follower.told;
    if (follower.told !== this.#told) {
      this.#apart.add(follower);
      return;
    }
    this.#together.add(follower);
    follower.sink.join(this.#room);
  }

  leave(follower: Follower): void {
    this.#apart.delete(follower);
    if (!this.#together.delete(follower)) return;
    follower.told = this.#told;
    follower.sink.leave(this.#room);
  }

  /** Sends this topic's events up to a position, a frame at a time. Who cannot take more is sent back to the log. */
  push(to: number, events: readonly LogEvent[]): void {
    let left = events.length;
    for (const part of inFrames(events)) {
      left -= part.length;
      this.#pushFrame(left > 0 ? (part.at(-1)?.seq ?? to) : to, part);
    }
  }

  #pushFrame(to: number, events: readonly LogEvent[]): void {
    for (const follower of [...this.#together, ...this.#apart]) if (follower.sink.full) follower.fallBack();
    if (this.#together.size > 0) this.#told = this.deliver(this.#room, this.#told, to, events, this.#together.size);
    for (const follower of [...this.#apart]) {
      follower.told = this.deliver(follower.sink.id, follower.told, to, events);
      this.#apart.delete(follower);
      this.join(follower);
    }
  }

  /** Sends everybody back to the log: this node has missed a part of it. */
  scatter(): void {
    for (const follower of [...this.#together, ...this.#apart]) follower.fallBack();
  }

  /** Sends a frame's worth of events to a room, those behind `told`; answers the position told then. */
  deliver(room: string, told: number, to: number, events: readonly LogEvent[], sockets = 1): number {
    const first = events[0];
    const fresh = first && first.seq <= told ? events.filter((event) => event.seq > told) : [...events];
    if (to <= told || fresh.length === 0) return told;
    this.#emitter.log(room, { topic: this.topic, from: told + 1, to, events: fresh }, sockets);
    return to;
  }
}
