import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ProblemError } from "../kernel/problem.ts";
import { Attempts } from "./attempts.ts";
import type { Authenticator } from "./authenticator.ts";
import { crossOrigin } from "./authorize.ts";
import { withSecure } from "./cookies.ts";
import { safeNext } from "./origin.ts";

const LoginQuery = z.object({
  token: z.string().max(200).optional(),
  next: z.string().optional(),
  error: z.string().optional(),
});
const LoginKey = z.strictObject({ key: z.string().min(1).max(500), next: z.string().optional() });

const PUBLIC = { access: "public" } as const;

/**
 * Opens `GET /login`: a one-time token in the query signs in and leads on, without a form; without
 * one the login page is drawn. Not for HEAD, which must not spend a token.
 *
 * @param drawLogin answers with the login page.
 */
export function registerLogin(
  app: FastifyInstance,
  deps: { auth: Authenticator; drawLogin: (request: FastifyRequest, reply: FastifyReply) => unknown },
): void {
  const { auth, drawLogin } = deps;

  app.get("/login", { config: PUBLIC, exposeHeadRoute: false }, async (request, reply) => {
    const query = LoginQuery.safeParse(request.query);
    const { token, next, error } = query.success ? query.data : { error: "link_invalid" };
    const signedIn = async () => {
      const cookie = auth.sessions.cookieIn(request.raw.headers.cookie);
      return cookie !== undefined && (await auth.sessions.get(cookie)) !== null;
    };
    if (token !== undefined) {
      const cookies = await auth.sessions.redeem(token, request.headers["user-agent"]);
      if (cookies !== null) return goTo(reply, safeNext(next), withSecure(cookies, request.headers));
      // A second click on one's own link is no reason to complain.
      return goTo(reply, (await signedIn()) ? safeNext(next) : "/login?error=link_invalid");
    }
    if (error === undefined && (await signedIn())) return goTo(reply, safeNext(next));
    return drawLogin(request, reply);
  });
}

/**
 * `POST /login/key {key, next?}`: opens a session for the operator of the key's tenant → `{next}`.
 */
export function registerKeyLogin(app: FastifyInstance, deps: { auth: Authenticator }): void {
  const { auth } = deps;
  const attempts = new Attempts({ limit: 10, windowMs: 60_000 });

  app.post("/login/key", { config: PUBLIC }, async (request, reply) => {
    if (!auth.isOwnPage(request.headers)) throw crossOrigin();
    const wait = attempts.waitSeconds(request.ip);
    if (wait > 0) {
      const headers = { "retry-after": String(wait) };
      throw new ProblemError(429, "too_many_attempts", `Too many wrong keys; try again in ${wait} s.`, { headers });
    }
    const { key, next } = LoginKey.parse(request.body);
    const principal = await auth.keys.get(key.trim());
    if (principal === null) {
      attempts.fail(request.ip);
      throw new ProblemError(401, "invalid_key", "This API key is unknown or revoked.");
    }
    const token = await auth.sessions.mintLoginToken(principal.tenantId, principal.role);
    const cookies = await auth.sessions.redeem(token, request.headers["user-agent"]);
    if (cookies === null) throw new Error("a login token made just now was refused");
    return reply
      .header("set-cookie", withSecure(cookies, request.headers))
      .header("cache-control", "no-store")
      .send({ next: safeNext(next) });
  });
}

function goTo(reply: FastifyReply, path: string, cookies: readonly string[] = []): FastifyReply {
  if (cookies.length > 0) reply.header("set-cookie", [...cookies]);
  return reply.header("cache-control", "no-store").redirect(path, 302);
}
