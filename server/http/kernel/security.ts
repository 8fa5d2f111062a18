import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** The request header with the nonce of this answer's CSP, for inline scripts of their own. */
export const NONCE_HEADER = "x-nonce";

/** For answers that are no pages: nothing in them may ever be run or framed. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/**
 * Helmet for the scope that serves pages. Scripts run by nonce: Next takes it from the *request's*
 * Content-Security-Policy header, so no middleware is needed, but every page must be rendered per
 * request (a layout that reads `headers()` sees to that). Styles may be inline, because charts,
 * toasts and drag and drop position elements by style attributes, which nonces cannot cover; a
 * style cannot run code. `dev` adds what Next's hot reload needs.
 */
export async function installPageSecurity(pages: FastifyInstance, options: { dev: boolean }): Promise<void> {
  pages.addHook("onRequest", (request, _reply, done) => {
    const nonce = randomBytes(16).toString("base64");
    const { headers } = request.raw;
    headers[NONCE_HEADER] = nonce;
    headers["content-security-policy"] = `script-src 'nonce-${nonce}'`;
    delete headers["content-security-policy-report-only"];
    done();
  });

  await pages.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'", "data:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'", nonceSource, ...(options.dev ? ["'unsafe-eval'"] : [])],
        connectSrc: ["'self'", ownSockets],
      },
    },
    // Plain http by default; who terminates TLS in front of us decides on HSTS.
    strictTransportSecurity: false,
    // Browsers ignore these two on plain http beyond localhost, with a warning in their console.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    // Not no-referrer, under which browsers hide Origin from some requests and ours could not be
    // distinguished.
    referrerPolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
  });
}

function nonceSource(request: IncomingMessage): string {
  return `'nonce-${String(request.headers[NONCE_HEADER])}'`;
}

/**
 * Older Safari does not count ws: as 'self'. The host comes from the caller and must not end the
 * directive.
 */
function ownSockets(request: IncomingMessage, _response: ServerResponse): string {
  const host = request.headers.host ?? "";
  return /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
