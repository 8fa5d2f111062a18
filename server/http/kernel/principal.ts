import type { TenantClient } from "../../database/tenant.ts";

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

/** The event log's `actor`: `key:NAME` or `user:NAME`. */
export function actorOf(principal: Principal): string {
  return `${principal.kind}:${principal.name}`;
}

/** A stable scope for idempotency keys: two keys of one name do not share theirs. */
export function principalScope(principal: Principal): string {
  return `${principal.kind}:${principal.id}`;
}

/**
 * What a route asks of its caller. `principal` (the default): an API key or a session. `public`:
 * anyone; only health checks, the login page and its assets are.
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
    /**
     * A long poll or a stream: its duration is no sign of trouble and stays out of the slow-request
     * log.
     */
    longLived?: boolean;
    /** Changes nothing of the tenant's though it is no GET: viewers may call it. */
    forViewers?: boolean;
  }
}
