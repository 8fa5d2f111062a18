import { FairShare } from "../../database/fair-share.ts";

/** One query at a time, for as many callers as can be connected. */
const LIMITS = {
  total: 1,
  perTenant: 1,
  perPrincipal: 1,
  waiting: 12_000,
  waitingPerPrincipal: 12_000,
  waitMs: 10_000,
};

/**
 * Queries the database for unknown credentials, one at a time: guessing keys or links, on any
 * number of connections, takes one of the connections of sign-in, and those who are known have the
 * other.
 */
export class Strangers {
  readonly #places = new FairShare(LIMITS);

  /**
   * @param who sets those apart who take turns. Rejects with NoPlace when it takes too long to get
   *   one.
   */
  find<T>(who: string, work: () => Promise<T>): Promise<T> {
    return this.#places.run({ tenantId: who, principal: "" }, work);
  }
}
