import { performance } from "node:perf_hooks";
import type { LaneQueries } from "../lane-database.ts";
import { readHead } from "../load-rows.ts";

interface HeadRead {
  seq: number;
  /** `performance.now()` when the query was sent. */
  at: number;
}

/**
 * Reads the heads of tenants' logs from Postgres: one query at a time per tenant, shared by all
 * callers that came before it was sent.
 */
export class HeadReads {
  readonly #queries: LaneQueries;
  readonly #last = new Map<string, HeadRead>();
  readonly #under = new Map<string, Promise<number>>();
  readonly #next = new Map<string, Promise<number>>();

  constructor(queries: LaneQueries) {
    this.#queries = queries;
  }

  /** The head read within the last `ms`; undefined if there was no such read. */
  recent(tenantId: string, ms: number): number | undefined {
    const last = this.#last.get(tenantId);
    return last && performance.now() - last.at <= ms ? last.seq : undefined;
  }

  /** The current head: everything durable before this call is at or below it. */
  now(tenantId: string): Promise<number> {
    const under = this.#under.get(tenantId);
    // The query in flight may have been executed before this call.
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

  /** The log was replaced: forget its head. */
  forget(tenantId: string): void {
    this.#last.delete(tenantId);
  }

  /** Another read has seen the head too. */
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
