import type { LogEvent } from "../../domain/kernel/event.ts";
import { FRAME_BYTES, FRAME_EVENTS, weighEvent } from "./frames.ts";

export interface RecentOptions {
  maxEvents?: number;
  maxBytes?: number;
}

/**
 * The newest events of one tenant's log, in memory. It is what makes a cutover simple: whoever has come within its reach is handed the
 * rest in one turn of the event loop, so nothing can be committed in between.
 */
export class Recent {
  #events: LogEvent[] = [];
  #weights: number[] = [];
  /** Index of the oldest event that counts; those before it are cut off from time to time. */
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

  /** Appends the events behind `end`, gapless. */
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

  /** Forgets everything and goes on behind a position. */
  restart(position: number): void {
    this.#events = [];
    this.#weights = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#end = position;
  }

  /**
   * About a frame's worth of events behind a position, of one run or of all, and up to where that looks. Undefined when
   * the events right behind the position are not here any more.
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
