import type { RouteDoc } from "./route-docs.ts";
import { objectOf } from "./schemas.ts";

const text = { type: "string" };
const account = "Account";
const reference = "Reference";

/** Routes beside the resources, by method and path. */
export const OWN_ROUTES: { readonly [route: string]: RouteDoc } = {
  "GET /api/v1/me": {
    tag: account,
    summary: "Who is asking",
    answers: {
      200: {
        description: "The caller",
        schema: objectOf({ tenantId: text, kind: { enum: ["key", "user"] }, id: text, name: text, role: text }),
      },
    },
  },
  "POST /api/v1/logout": {
    tag: account,
    summary: "End the session",
    answers: { 204: { description: "It has ended" } },
    problems: [403],
  },
  "POST /api/v1/login-links": {
    tag: account,
    summary: "A link that signs in once; for admins",
    body: {
      type: "object",
      properties: { next: { ...text, description: "The page it leads to" } },
      additionalProperties: false,
    },
    answers: {
      201: {
        description: "The link",
        schema: objectOf({ url: text, expiresAt: { type: "string", format: "date-time" } }),
      },
    },
    problems: [400, 403],
  },
  "GET /api/v1/openapi.json": {
    tag: reference,
    summary: "This document",
    answers: { 200: { description: "OpenAPI 3.1", schema: { type: "object" } } },
  },
  "GET /docs": {
    tag: reference,
    summary: "This document, to read",
    answers: { 200: { description: "A page", schema: text, type: "text/html" } },
  },
};
