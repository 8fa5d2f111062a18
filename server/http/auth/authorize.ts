import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { PrismaClient } from "../../database/generated/client.ts";
import { forTenant, type TenantClient } from "../../database/tenant.ts";
import type { Principal } from "../kernel/principal.ts";
import { ProblemError } from "../kernel/problem.ts";
import type { Authenticator, Credential } from "./authenticator.ts";
import { changesState } from "./origin.ts";

/** The role that reads all and changes nothing. */
const VIEWER = "viewer";
const REALM = 'Bearer realm="switchyard"';

/**
 * The one gate: every request passes it before anything of it is read. Routes are closed unless
 * they say `config: { access: "public" }`. Roles, scopes and row-level security belong here when
 * they come: `admit` sees the principal and the route together.
 */
export function installAuthorization(app: FastifyInstance, deps: { auth: Authenticator; prisma: PrismaClient }): void {
  const { auth, prisma } = deps;
  const tenants = new Map<string, TenantClient>();

  app.decorateRequest("caller", null);
  app.decorateRequest("principal", {
    getter(this: FastifyRequest): Principal {
      if (this.caller === null) throw unauthenticated(null);
      return this.caller;
    },
  });
  app.decorateRequest("db", {
    getter(this: FastifyRequest): TenantClient {
      const { tenantId } = this.principal;
      let client = tenants.get(tenantId);
      if (client === undefined) {
        client = forTenant(prisma, tenantId);
        tenants.set(tenantId, client);
      }
      return client;
    },
  });

  app.addHook("onRequest", (request, reply, done) => {
    if (request.routeOptions.config.access === "public") return done();
    const credential = auth.credentialIn(request.raw.headers);
    if (credential === null) return turnAway(null, request, reply, done);
    const known = auth.peek(credential);
    if (known !== undefined) return admit(known, credential, request, reply, done);
    auth.resolve(credential).then((principal) => admit(principal, credential, request, reply, done), done);
  });

  /** Lets a known caller in, or says why not. */
  function admit(
    principal: Principal | null,
    credential: Credential,
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    if (principal === null) {
      turnAway(credential, request, reply, done);
    } else if (credential.kind === "cookie" && changesState(request.method) && !auth.isOwnPage(request.raw.headers)) {
      done(crossOrigin());
    } else if (principal.role === VIEWER && changesState(request.method) && !request.routeOptions.config.forViewers) {
      done(new ProblemError(403, "forbidden", "The role viewer may read everything and change nothing."));
    } else {
      request.caller = principal;
      done();
    }
  }
}

/** Programs get 401; someone who opens a page is shown the way in and comes back to it. */
function turnAway(
  credential: Credential | null,
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  if (!isPage(request) || credential?.kind === "key") {
    done(unauthenticated(credential));
    return;
  }
  // `_rsc` marks Next's own background fetches; a person who comes back wants the page itself.
  const wanted = request.url.replace(/([?&])_rsc=[^&]*(&|$)/, (_, before, after) => (after === "" ? "" : before));
  const next = wanted === "/" ? "" : `?next=${encodeURIComponent(wanted)}`;
  reply.header("cache-control", "no-store").redirect(`/login${next}`, 302);
}

function isPage(request: FastifyRequest): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  return !/^\/(?:api|metrics|socket\.io)(?:[/?]|$)/.test(request.url);
}

function unauthenticated(credential: Credential | null): ProblemError {
  return credential?.kind === "key"
    ? new ProblemError(401, "invalid_key", "This API key is unknown or revoked.", {
        headers: { "www-authenticate": `${REALM}, error="invalid_token"` },
      })
    : new ProblemError(401, "unauthenticated", "Send an API key (Authorization: Bearer …) or sign in.", {
        headers: { "www-authenticate": REALM },
      });
}

/** Refuses a request by cookie that another site may have caused. */
export function crossOrigin(): ProblemError {
  return new ProblemError(403, "cross_origin", "A request by session cookie must come from this console's own pages.");
}

/**
 * For endpoints that change what belongs to the whole tenant. Throws 403 for all but its admins.
 */
export function requireAdmin({ principal }: FastifyRequest): void {
  if (principal.role !== "admin") throw new ProblemError(403, "forbidden", "This needs one of the roles: admin.");
}

/**
 * Whether a caller may see figures of the whole process, in which all tenants' work shows: who runs
 * the server, and not everybody it serves.
 */
export function seesProcess({ tenantId, role }: Principal): boolean {
  return tenantId === "default" && role !== VIEWER;
}
