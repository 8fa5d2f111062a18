import type { FastifyRequest } from "fastify";
import { Counter, Gauge, type Registry } from "prom-client";
import { FairShare, NoPlace } from "../../database/fair-share.ts";
import { principalScope } from "./principal.ts";
import { ProblemError } from "./problem.ts";

/** How many answers of one sort may be open: in all, of one tenant, of one key or person. */
export interface OpenLimits {
  total: number;
  perTenant: number;
  perPrincipal: number;
}

const RETRY = { "retry-after": "5" };

/**
 * Answers that are held open for long, streams or waiting claims, and how many of them there may
 * be.
 */
export class HeldOpen {
  readonly #places: FairShare;
  readonly #refused: Counter;
  readonly #what: string;

  /** @param what what they are, in the plural: a word of the metrics' names. */
  constructor(what: string, limits: OpenLimits, registry: Registry) {
    this.#what = what;
    const places = new FairShare({ ...limits, waiting: 0, waitingPerPrincipal: 0, waitMs: 0 });
    this.#places = places;
    const registers = [registry];
    new Gauge({
      name: `switchyard_open_${what}`,
      help: `Open ${what}.`,
      registers,
      collect() {
        this.set(places.running);
      },
    });
    this.#refused = new Counter({
      name: `switchyard_open_${what}_refused_total`,
      help: `${what} refused because too many were open.`,
      registers,
    });
  }

  /**
   * Takes a place; answers how it is given back. Throws 429 when this caller has too many open, 503
   * when all together have.
   */
  enter({ principal }: FastifyRequest): () => void {
    try {
      return this.#places.enterNow({ tenantId: principal.tenantId, principal: principalScope(principal) });
    } catch (error) {
      if (!(error instanceof NoPlace)) throw error;
      this.#refused.inc();
      const what = this.#what.replaceAll("_", " ");
      if (error.refusal === "all")
        throw new ProblemError(503, "open_busy", `Too many ${what} are open; try again.`, { headers: RETRY });
      const detail = `Too many ${what} of this key, person or tenant are open; end some first.`;
      throw new ProblemError(429, "too_many_open", detail, { headers: RETRY });
    }
  }
}
