import type { FastifyInstance } from "fastify";
import { accountEndpoints } from "../../../domain/kernel/endpoints.ts";
import type { Config } from "../../config.ts";
import type { Store } from "../../store/index.ts";
import { type Call, route } from "../kernel/route.ts";
import type { Authenticator } from "./authenticator.ts";
import { requireAdmin } from "./authorize.ts";
import { LOGIN_LINK_SECONDS } from "./better-auth.ts";
import { isHttps, withSecure } from "./cookies.ts";
import { safeNext } from "./origin.ts";

/**
 * `GET /api/v1/me`, `POST /api/v1/logout`, `POST /api/v1/login-links`: the caller's own affairs.
 */
export function registerAccountRoutes(
  app: FastifyInstance,
  deps: { auth: Authenticator; config: Config; store: Pick<Store, "now"> },
): void {
  const { auth, config, store } = deps;

  route(app, accountEndpoints.me, ({ request }) => {
    const { tenantId, kind, id, name, role } = request.principal;
    return { tenantId, kind, id, name, role };
  });

  const logout = async ({ request, reply }: Call<typeof accountEndpoints.logout>) => {
    const cookie = auth.sessions.cookieIn(request.raw.headers.cookie);
    // A key has no session to end, even if a browser's cookie came along.
    if (request.principal.kind === "user" && cookie !== undefined) {
      reply.header("set-cookie", withSecure(await auth.sessions.end(cookie), request.headers));
    }
    return undefined;
  };
  route(app, accountEndpoints.logout, logout, { forViewers: true });

  const link = async ({ request, reply, body }: Call<typeof accountEndpoints.loginLink>) => {
    const next = safeNext(body.next);
    const { tenantId, role } = request.principal;
    const token = await auth.sessions.mintLoginToken(tenantId, role);
    // The address the caller itself reached us by; nobody else is sent this link.
    const origin = config.publicUrl ?? `${isHttps(request.headers) ? "https" : "http"}://${request.host}`;
    reply.code(201).header("cache-control", "no-store");
    return {
      url: loginUrl(origin, token, next),
      expiresAt: new Date(store.now() + LOGIN_LINK_SECONDS * 1_000).toISOString(),
    };
  };
  route(app, accountEndpoints.loginLink, link, { allow: requireAdmin });
}

/** The link that signs in when it is opened. */
export function loginUrl(origin: string, token: string, next = "/"): string {
  return `${origin}/login?token=${token}${next === "/" ? "" : `&next=${encodeURIComponent(next)}`}`;
}
