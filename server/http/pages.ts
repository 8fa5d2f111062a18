import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Authenticator } from "./auth/authenticator.ts";
import { registerLogin } from "./auth/sign-in-routes.ts";
import { sendPageError } from "./away-page.ts";
import { logPageErrors } from "./page-errors.ts";
import { notFound, sendProblem } from "./problem.ts";
import { installPageSecurity } from "./security.ts";

/** The request header that tells server-rendered pages where this server's API is, over loopback. */
export const ORIGIN_HEADER = "x-switchyard-origin";
/** The one that tells them what time it is, epoch ms by the database's clock. */
export const TIME_HEADER = "x-switchyard-time";

/** Answers a page's request on Node's own objects. */
export type DrawPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface PagesDeps {
  auth: Authenticator;
  draw: DrawPage;
  dev: boolean;
  /** The database's time, epoch ms. */
  now: () => number;
}

/** What the login page shows before anyone is signed in. */
const LOGIN_ASSETS = ["/_next/static/*", "/brand/*", "/favicon.ico", "/icon.svg", "/icon.png", "/apple-icon.png"];

/**
 * Everything that is no API: the login page and its assets for anyone, all other paths for the signed in. Lives in a
 * scope of its own, whose body parser touches nothing: what a request carries is read by whoever draws the page.
 */
export async function registerPages(app: FastifyInstance, deps: PagesDeps): Promise<void> {
  logPageErrors(app.log as Pick<Logger, "error" | "warn">);
  await app.register(async (pages) => {
    pages.setErrorHandler(sendPageError);
    pages.removeAllContentTypeParsers();
    pages.addContentTypeParser("*", (_request, _payload, done) => done(null));
    await installPageSecurity(pages, deps);

    const draw = async (request: FastifyRequest, reply: FastifyReply) => {
      request.raw.headers[ORIGIN_HEADER] = loopbackOrigin(app);
      request.raw.headers[TIME_HEADER] = String(Math.round(deps.now()));
      request.raw.headers["x-request-id"] = request.id;
      reply.hijack();
      try {
        await deps.draw(request.raw, reply.raw);
      } catch (err) {
        request.log.error({ err, reqId: request.id }, "a page could not be drawn");
        if (!reply.raw.headersSent) reply.raw.writeHead(500, { "content-type": "text/plain" });
        reply.raw.end("This page could not be drawn.");
      }
    };

    registerLogin(pages, { auth: deps.auth, drawLogin: draw });
    for (const url of LOGIN_ASSETS) {
      pages.route({
        method: ["GET", "HEAD"],
        url,
        config: { access: "public" },
        handler: (request, reply) =>
          // The router matched the path as it stands; nobody further down may resolve it to another one.
          isPlainPath(request.url) ? draw(request, reply) : sendProblem(notFound(request), request, reply),
      });
    }
    pages.all("/*", { exposeHeadRoute: false }, draw);
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
