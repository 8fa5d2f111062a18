import { performance } from "node:perf_hooks";
import type { LaneQueries } from "../lane-database.ts";
import { readHead } from "../load-rows.ts";

interface Look {
  seq: number;
  /** When it was asked for, `performance.now()`. */
  at: number;
}

/** Where tenants' logs are, asked of Postgres: one question at a time per tenant, whose answer serves all who came before it was asked. */
export class HeadLooks {
  readonly #queries: LaneQueries;
  readonly #last = new Map<string, Look>();
  readonly #under = new Map<string, Promise<number>>();
  readonly #next = new Map<string, Promise<number>>();

  constructor(queries: LaneQueries) {
    this.#queries = queries;
  }

  /** The head as it was asked for within the last `ms`; undefined when nobody asked. */
  recent(tenantId: string, ms: number): number | undefined {
    const last = this.#last.get(tenantId);
    return last && performance.now() - last.at <= ms ? last.seq : undefined;
  }

  /** The head as it is now: whatever was durable before this call is at or below it. */
  now(tenantId: string): Promise<number> {
    const under = this.#under.get(tenantId);
    // What is under way may have been answered before this call.
    if (!under) return this.#ask(tenantId);
    let next = this.#next.get(tenantId);
    if (!next) {
      const again = () => {
        this.#next.delete(tenantId);
        return this.#ask(tenantId);
      };
      next = under.then(again, again);
      this.#next.set(tenantId, next);
    }
    return next;
  }

  /** What was seen is of a log that was replaced. */
  forget(tenantId: string): void {
    this.#last.delete(tenantId);
  }

  /** A read of something else has seen the head too. */
  note(tenantId: string, seq: number, at: number): void {
    const last = this.#last.get(tenantId);
    if (!last || last.at < at) this.#last.set(tenantId, { seq, at });
  }

  #ask(tenantId: string): Promise<number> {
    const at = performance.now();
    const asked = readHead(this.#queries, tenantId)
      .then(({ seq }) => {
        this.note(tenantId, seq, at);
        return seq;
      })
      .finally(() => {
        this.#under.delete(tenantId);
      });
    this.#under.set(tenantId, asked);
    return asked;
  }
}
