import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { NoPlace } from "../../database/fair-share.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import { registerLogin } from "../auth/sign-in-routes.ts";
import { notFound, ProblemError, sendProblem } from "../kernel/problem.ts";
import { installPageSecurity } from "../kernel/security.ts";
import type { Assets } from "./assets.ts";
import { sendPageError } from "./away-page.ts";
import { logPageErrors } from "./page-errors.ts";
import { PagePlaces } from "./page-places.ts";

/**
 * The request header with the address of this server's API over loopback, for server-rendered
 * pages.
 */
export const ORIGIN_HEADER = "x-switchyard-origin";
/** The one with the database's time, epoch ms. */
export const TIME_HEADER = "x-switchyard-time";

/** Answers a page's request on Node's own objects. */
export type DrawPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface PagesDeps {
  auth: Authenticator;
  draw: DrawPage;
  /** The files of the build; undefined where there is none, and pages come with their own. */
  assets?: Assets | undefined;
  dev: boolean;
  /** The database's time, epoch ms. */
  now: () => number;
}

/** What the login page shows before anyone is signed in. */
const LOGIN_ASSETS = ["/_next/static/*", "/brand/*", "/favicon.ico", "/icon.svg", "/icon.png", "/apple-icon.png"];

/**
 * Everything that is no API: the login page and its assets for anyone, all other paths for the
 * signed in. Lives in a scope of its own, whose body parser touches nothing: the body is left to
 * the process that draws the page.
 */
export async function registerPages(app: FastifyInstance, deps: PagesDeps): Promise<void> {
  logPageErrors(app.log as Pick<Logger, "error" | "warn">);
  await app.register(async (pages) => {
    pages.setErrorHandler(sendPageError);
    pages.removeAllContentTypeParsers();
    pages.addContentTypeParser("*", (_request, _payload, done) => done(null));
    await installPageSecurity(pages, deps);

    const places = new PagePlaces();
    const draw = async (request: FastifyRequest, reply: FastifyReply) => {
      request.raw.headers[ORIGIN_HEADER] = loopbackOrigin(app);
      request.raw.headers[TIME_HEADER] = String(Math.round(deps.now()));
      request.raw.headers["x-request-id"] = request.id;
      try {
        await places.draw(request, reply, () => deps.draw(request.raw, reply.raw));
      } catch (cause) {
        // Whoever has gone needs no answer, and one that was begun cannot be begun again.
        if (reply.raw.closed || reply.raw.headersSent) return reply.hijack();
        if (!(cause instanceof NoPlace)) request.log.error({ err: cause, reqId: request.id }, "a page was not drawn");
        throw cause;
      }
      return reply.hijack();
    };

    // Of a build all files are known: one that is not there need not be looked for.
    const { assets } = deps;
    const serve = (request: FastifyRequest, reply: FastifyReply) => {
      if (!assets || (request.method !== "GET" && request.method !== "HEAD")) return draw(request, reply);
      if (assets.has(request.url)) return assets.send(request, reply);
      if (request.url.startsWith("/_next/static/")) return sendProblem(notFound(request), request, reply);
      return draw(request, reply);
    };

    registerLogin(pages, { auth: deps.auth, drawLogin: draw });
    for (const url of LOGIN_ASSETS) {
      pages.route({
        method: ["GET", "HEAD"],
        url,
        config: { access: "public" },
        handler: (request, reply) =>
          // The router matched this path; nothing further down may resolve it to another one.
          isPlainPath(request.url) ? serve(request, reply) : sendProblem(notFound(request), request, reply),
      });
    }
    pages.all("/*", { exposeHeadRoute: false }, serve);
  });
}

function isPlainPath(url: string): boolean {
  const path = url.split("?", 1)[0] ?? "";
  return !path.includes("..") && !path.includes("\\") && !path.includes("//") && !/%(?:2e|2f|5c|00)/i.test(path);
}

/** Where this server can be reached from inside its own process; empty until it listens. */
function loopbackOrigin(app: FastifyInstance): string {
  const address = app.server.address();
  if (address === null || typeof address === "string") return "";
  const anywhere = address.address === "0.0.0.0" || address.address === "::";
  const host = anywhere ? "127.0.0.1" : address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** The answer where a page could not be drawn. */
export function pageUnavailable(cause: unknown): ProblemError {
  return new ProblemError(503, "page_unavailable", "The page cannot be drawn at the moment; try again.", {
    headers: { "retry-after": "2" },
    cause,
  });
}
