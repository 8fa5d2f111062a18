import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { get } from "../../domain/kernel/endpoint.ts";
import { route } from "./kernel/route.ts";
import { buildDocument, type ListedRoute } from "./openapi/document.ts";
import { drawPage, PAGE_POLICY } from "./openapi/page.ts";
import type { JsonSchema } from "./openapi/schemas.ts";

const VERSION = "1";

const tag = "Reference";
const documentEndpoint = get("/openapi.json", {
  tag,
  summary: "This document",
  answer: z.looseObject({}),
  says: { 200: "OpenAPI 3.1" },
});
const pageEndpoint = get("/docs", {
  tag,
  summary: "This document, to read",
  answer: z.string(),
  says: { 200: "A page" },
});

/**
 * `GET /openapi.json` and `/docs`, both for the signed in. Lists every endpoint that is registered
 * after this call, so it comes first.
 */
export function registerReference(app: FastifyInstance): void {
  const routes: ListedRoute[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    if (config?.endpoint && method !== "HEAD") routes.push({ url, endpoint: config.endpoint });
  });

  let document: JsonSchema | undefined;
  let page: string | undefined;
  const documentOf = () => {
    // The reference's own routes were there first; readers want them last.
    const [own, ...others] = routes;
    const drawn = { url: pageEndpoint.path, endpoint: pageEndpoint, type: "text/html" };
    document ??= buildDocument([...others, ...(own ? [own] : []), drawn], VERSION);
    return document;
  };

  route(app, documentEndpoint, documentOf);
  app.get(pageEndpoint.path, (_request, reply) => {
    page ??= drawPage(documentOf());
    return reply.type("text/html; charset=utf-8").header("content-security-policy", PAGE_POLICY).send(page);
  });
}
