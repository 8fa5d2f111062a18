import type { TenantClient } from "../database/tenant.ts";
import type { Committer } from "../store/types.ts";

/** Who is asking: an API key or a person with a session, always inside one tenant. */
export interface Principal {
  readonly tenantId: string;
  readonly kind: "key" | "user";
  /** The key's or the user's id. */
  readonly id: string;
  /** Goes into the log as `key:NAME` or `user:NAME`. */
  readonly name: string;
  readonly role: string;
}

/** The same as the store knows it: idempotency keys are scoped to the id, so two keys of one name do not share theirs. */
export function committerOf(principal: Principal): Committer {
  return { id: `${principal.kind}:${principal.id}`, actor: `${principal.kind}:${principal.name}` };
}

/**
 * What a route asks of its caller. `principal` (the default): an API key or a session. `public`: anyone; only health
 * checks, the login page and its assets are.
 */
export type Access = "principal" | "public";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the authorisation hook; null on public routes. */
    caller: Principal | null;
    /** The caller, on every route that is not public. Throws 401 on one that is. */
    readonly principal: Principal;
    /** The database as the caller's tenant sees it: every read goes through it. */
    readonly db: TenantClient;
  }

  interface FastifyContextConfig {
    access?: Access;
    /** A long poll or a stream: its duration is no sign of trouble and stays out of the slow-request log. */
    longLived?: boolean;
  }
}
