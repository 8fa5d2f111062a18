import { performance } from "node:perf_hooks";

/** An answer under way makes the database's clock look late, by no more than this as a rule. */
const JITTER_MS = 200;

/**
 * The database's clock as this process knows it. Everything that is decided, stored or shown goes
 * by it: this machine's own clock may be minutes off, and several servers share one database. It
 * runs on our monotonic clock, so a step of this machine's clock changes nothing, and is set by
 * each answer of the database that has the time.
 */
export class DatabaseClock {
  /** Database time minus our monotonic one, ms. */
  #offset: number | undefined;

  /**
   * The database's time, epoch ms. Before the first answer: this machine's, as nothing better is
   * known.
   */
  now(): number {
    return this.#offset === undefined ? Date.now() : performance.now() + this.#offset;
  }

  /**
   * Takes the time from an answer that has just come. `sent` (`performance.now()` when it was asked
   * for) bounds it from both sides; without it an answer that looks more than a little late counts
   * as a clock that was set back.
   */
  observe(databaseMs: number, sent?: number): void {
    const least = databaseMs - performance.now();
    const known = this.#offset;
    if (known === undefined || known < least) this.#offset = least;
    else if (sent === undefined ? least < known - JITTER_MS : databaseMs - sent < known) {
      this.#offset = sent === undefined ? least : databaseMs - sent;
    }
  }

  /** Asks for the time. Rejects when the database does not answer. */
  async ask(database: { query(text: string): Promise<{ rows: { now: number }[] }> }): Promise<void> {
    const sent = performance.now();
    const { rows } = await database.query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now");
    if (rows[0]) this.observe(rows[0].now, sent);
  }
}
