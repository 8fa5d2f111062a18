import type { LogEvent } from "../../domain/kernel/event.ts";
import { FRAME_BYTES, FRAME_EVENTS, weighEvent } from "./frames.ts";

export interface RecentOptions {
  maxEvents?: number;
  maxBytes?: number;
}

/**
 * A ring buffer of the newest events of one tenant's log. It makes a cutover simple: a follower
 * within its range gets the rest in one turn of the event loop, so nothing can be committed in
 * between.
 */
export class Recent {
  #events: LogEvent[] = [];
  #weights: number[] = [];
  /** Index of the oldest valid event; those before it are removed from time to time. */
  #first = 0;
  #bytes = 0;
  #end: number;
  readonly #maxEvents: number;
  readonly #maxBytes: number;

  /** Starts empty at a position. */
  constructor(position: number, { maxEvents = 4_000, maxBytes = 8 * 1024 * 1024 }: RecentOptions = {}) {
    this.#end = position;
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** Position of the newest event. */
  get end(): number {
    return this.#end;
  }

  /** Appends the events after `end`, gapless. */
  append(events: readonly LogEvent[]): void {
    for (const event of events) {
      const weight = weighEvent(event);
      this.#events.push(event);
      this.#weights.push(weight);
      this.#bytes += weight;
      this.#end = event.seq;
    }
    while (this.#size > 0 && (this.#size > this.#maxEvents || this.#bytes > this.#maxBytes)) {
      this.#bytes -= this.#weights[this.#first] ?? 0;
      this.#first += 1;
    }
    if (this.#first > this.#size) {
      this.#events = this.#events.slice(this.#first);
      this.#weights = this.#weights.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Clears it and continues after a position. */
  restart(position: number): void {
    this.#events = [];
    this.#weights = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#end = position;
  }

  /**
   * About one frame of events after a position, of one run or all, and the position searched up to.
   * Undefined when the events right after the position are no longer kept.
   */
  after(position: number, runId?: string): { events: LogEvent[]; to: number } | undefined {
    if (position >= this.#end) return { events: [], to: position };
    const start = this.#end - this.#size;
    if (position < start) return undefined;
    const found: LogEvent[] = [];
    let bytes = 0;
    for (let index = this.#first + position - start; index < this.#events.length; index++) {
      const event = this.#events[index];
      if (!event || (runId !== undefined && event.runId !== runId)) continue;
      bytes += this.#weights[index] ?? 0;
      if (found.length === FRAME_EVENTS || (found.length > 0 && bytes > FRAME_BYTES))
        return { events: found, to: event.seq - 1 };
      found.push(event);
    }
    return { events: found, to: this.#end };
  }

  get #size(): number {
    return this.#events.length - this.#first;
  }
}
