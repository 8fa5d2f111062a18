import type { FastifyReply, FastifyRequest } from "fastify";
import { FairShare, type ShareLimits } from "../../database/fair-share.ts";
import { principalScope } from "../kernel/principal.ts";

/** Pages drawn at a time. A person's page asks for several parts of others in advance. */
const SIGNED_IN: ShareLimits = {
  total: 8,
  perTenant: 6,
  perPrincipal: 5,
  waiting: 500,
  waitingPerPrincipal: 100,
  waitMs: 15_000,
};
/**
 * For those who are not signed in, counted by address: little, so that nobody can keep others out
 * or the machine busy.
 */
const STRANGERS: ShareLimits = {
  total: 2,
  perTenant: 1,
  perPrincipal: 1,
  waiting: 100,
  waitingPerPrincipal: 10,
  waitMs: 5_000,
};

/** How many pages are drawn at a time, for whom. */
export class PagePlaces {
  readonly #signedIn = new FairShare(SIGNED_IN);
  readonly #strangers = new FairShare(STRANGERS);

  /**
   * Draws in a place of the caller's share. Rejects with NoPlace when too many wait, or when the
   * caller has gone.
   */
  draw(request: FastifyRequest, reply: FastifyReply, work: () => Promise<void>): Promise<void> {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const { caller, ip } = request;
    return caller
      ? this.#signedIn.run({ tenantId: caller.tenantId, principal: principalScope(caller), signal: gone.signal }, work)
      : this.#strangers.run({ tenantId: ip, principal: "", signal: gone.signal }, work);
  }
}
