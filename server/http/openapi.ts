import type { FastifyInstance } from "fastify";
import { BASE } from "./kernel/resource.ts";
import { buildDocument, type ListedRoute } from "./openapi/document.ts";
import { OWN_ROUTES } from "./openapi/own-routes.ts";
import { drawPage, PAGE_POLICY } from "./openapi/page.ts";
import type { RouteDoc } from "./openapi/route-docs.ts";
import type { JsonSchema } from "./openapi/schemas.ts";

const VERSION = "1";
/** How many routes are registered here. */
const OWN = 2;

/**
 * `GET /openapi.json` and `/docs`, both for the signed in. Lists every route registered after this call, so it comes first; what a route
 * says of itself stands in its `config.doc`.
 */
export function registerReference(app: FastifyInstance): void {
  const routes: ListedRoute[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    if (typeof method !== "string" || method === "HEAD" || url.includes("*")) return;
    const doc: RouteDoc | undefined = config?.doc ?? OWN_ROUTES[`${method} ${url}`];
    if (doc) routes.push({ method, url, doc, open: config?.access === "public" });
  });

  let document: JsonSchema | undefined;
  let page: string | undefined;
  const documentOf = () => {
    // The reference's own routes were there first; readers want them last.
    document ??= buildDocument([...routes.slice(OWN), ...routes.slice(0, OWN)], VERSION);
    return document;
  };

  app.get(`${BASE}/openapi.json`, () => documentOf());
  app.get("/docs", (_request, reply) => {
    page ??= drawPage(documentOf());
    return reply.type("text/html; charset=utf-8").header("content-security-policy", PAGE_POLICY).send(page);
  });
}
