import { NoPlace } from "../../database/fair-share.ts";

interface Flight {
  answer: Promise<unknown>;
  askers: number;
  over: AbortController;
}

/**
 * Questions whose answers take long and are the same for all who ask at a time: one of each is
 * worked on, and all get its answer. When the last who waits for it has gone, the work's signal
 * aborts.
 */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /**
   * The answer to a question, with the others who wait for it. Rejects like `work`, or with NoPlace
   * when the signal aborts.
   */
  async ask<T>(question: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw new NoPlace("gone");
    const flight = this.#flights.get(question) ?? this.#begin(question, work);
    flight.askers += 1;
    let leave = () => {};
    const gone = new Promise<never>((_, reject) => {
      leave = () => reject(new NoPlace("gone"));
    });
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([flight.answer as Promise<T>, gone]);
    } finally {
      signal.removeEventListener("abort", leave);
      flight.askers -= 1;
      if (flight.askers === 0) {
        flight.over.abort();
        // Who asks from now on must not get what has just been given up.
        this.#forget(question, flight);
      }
    }
  }

  #begin(question: string, work: (signal: AbortSignal) => Promise<unknown>): Flight {
    const over = new AbortController();
    const flight: Flight = { answer: work(over.signal), askers: 0, over };
    this.#flights.set(question, flight);
    const forget = () => this.#forget(question, flight);
    flight.answer.then(forget, forget);
    return flight;
  }

  #forget(question: string, flight: Flight): void {
    if (this.#flights.get(question) === flight) this.#flights.delete(question);
  }
}
