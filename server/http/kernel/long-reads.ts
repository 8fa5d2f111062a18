import type { FastifyReply, FastifyRequest } from "fastify";
import { runAs } from "../../database/caller.ts";
import { FairShare, type ShareLimits } from "../../database/fair-share.ts";
import { signalOf } from "./resource.ts";
import { SingleFlight } from "./single-flight.ts";

/** One at a time of a tenant, and few in all: each takes long. */
const LIMITS: ShareLimits = {
  total: 2,
  perTenant: 1,
  perPrincipal: 1,
  waiting: 100,
  waitingPerPrincipal: 10,
  waitMs: 30_000,
};

/**
 * Reads that go through a large part of what is kept. Who asks the same at the same time gets the
 * same answer; nobody's is worked on when all who asked have gone.
 */
export class LongReads {
  readonly #flights = new SingleFlight();
  readonly #places = new FairShare(LIMITS);

  /**
   * The answer to a question of the request's tenant. `work` reads in pieces and stops between two
   * when its signal aborts. Rejects with NoPlace when too many wait, or when the caller has gone.
   */
  ask<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    stopping: AbortSignal,
    question: string,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { tenantId } = request.principal;
    return this.#flights.ask(`${tenantId} ${question}`, signalOf(reply, stopping), (signal) => {
      const caller = { tenantId, principal: "long reads", signal };
      return this.#places.run(caller, () => runAs(caller, () => work(signal)));
    });
  }
}
