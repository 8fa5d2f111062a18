import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import type { Endpoint } from "../../../domain/kernel/endpoint.ts";
import { answeredSchemas, type JsonSchema, ref, sentSchemas, withoutFields } from "./schemas.ts";

/** A route as the reference lists it. */
export interface ListedRoute {
  /** As the router has it: `/api/v1/runs/:id`. */
  url: string;
  endpoint: Endpoint;
  /** The answer's media type, where that is not JSON. */
  type?: string;
}

type Operation = { [field: string]: unknown };

/** Problems that any call may be answered with. */
const ALWAYS = [401, 500, 503];

const PROBLEMS: { readonly [status: number]: string } = {
  400: "It breaks its contract; `errors[]` has every fault",
  401: "No valid key and no session",
  403: "Not from this console's own pages, or not of the right role",
  404: "There is no such thing",
  409: "Its state forbids it: `legal[]` has what is possible, `row` the row as it now is; or `expect` is stale",
  410: "That part of the log is no longer kept; it begins after `floor`",
  412: "The row has moved on from the version in `If-Match`: `row` is as it now is, its version the answer's ETag",
  413: "More than 1 MiB; to restore a run, more than 4 MiB",
  415: "Not JSON",
  429: "Too many are open already: end some, or try again after `Retry-After` seconds",
  422: "The state forbids it, with every fault; or the Idempotency-Key came with another request",
  425: "The log has not come as far as `minSeq`",
  500: "A fault of the server",
  503: "Too much is waiting, or the database is away: try again after `Retry-After` seconds",
};

/** The schemas of all routes, by the route. */
interface Schemas {
  query: { [route: string]: JsonSchema };
  body: { [route: string]: JsonSchema };
  answer: { [route: string]: JsonSchema };
}

/** The OpenAPI 3.1 document of the routes. */
export function buildDocument(routes: readonly ListedRoute[], version: string): JsonSchema {
  const all = (part: "query" | "body" | "answer") =>
    Object.fromEntries(
      routes.flatMap(({ url, endpoint }): [string, z.ZodType][] => {
        const schema = endpoint[part];
        return schema ? [[`${endpoint.method} ${url}`, schema]] : [];
      }),
    );
  const [query, body, answer] = [sentSchemas(all("query")), sentSchemas(all("body")), answeredSchemas(all("answer"))];
  const schemas: Schemas = { query: query.schemas, body: body.schemas, answer: answer.schemas };
  const paths: { [path: string]: { [method: string]: Operation } } = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.endpoint.method.toLowerCase()]: operationOf(route, path, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Switchyard",
      version,
      description:
        "The state store for AI-agent and workflow orchestrators. State changes in exactly one way, by a commit; every other write is a convenience for one commit of one mutation.",
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }, { session: [] }],
    tags: [...new Set(routes.map(({ endpoint }) => endpoint.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "switchyard.session_token",
          description: "Of a signed-in person",
        },
      },
      schemas: { ...answer.components, ...body.components },
    },
  };
}

function operationOf({ url, endpoint, type = "application/json" }: ListedRoute, path: string, all: Schemas): Operation {
  const { method, tag, summary, description, known = [], repeatable, versioned } = endpoint;
  const route = `${method} ${url}`;
  const [query, answer] = [all.query[route], all.answer[route]];
  const body = all.body[route] && withoutFields(all.body[route], known);
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(query ? queryParameters(query) : []),
    ...(repeatable
      ? [
          {
            name: "Idempotency-Key",
            in: "header",
            schema: { type: "string", minLength: 1, maxLength: 200 },
            description: "The same key again answers the first receipt and changes nothing",
          },
        ]
      : []),
  ];
  if (versioned) {
    parameters.push({
      name: "If-Match",
      in: "header",
      schema: { type: "string" },
      description: "The ETag of the row as you have seen it: nothing happens when it has changed since",
    });
  }
  const says = endpoint.says ?? { 200: "The answer" };
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: "required" in body || "$ref" in body,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: Object.fromEntries([
      ...Object.entries(says).map(([status, text]) => [
        status,
        { description: text, ...(answer && { content: { [type]: { schema: answer } } }) },
      ]),
      ...problemsOf(endpoint).map((status) => [
        String(status),
        {
          description: PROBLEMS[status] ?? STATUS_CODES[status] ?? "Refused",
          content: { "application/problem+json": { schema: ref("Problem") } },
        },
      ]),
    ]),
  };
}

/** Statuses of problems: those it names, and those that follow from what it takes. */
function problemsOf({ path, query, body, problems = [] }: Endpoint): number[] {
  const hasId = path.includes(":id");
  const isWaiting = query !== undefined && "shape" in query && "minSeq" in (query.shape as object);
  const follow = [
    ...(hasId ? [400, 404] : []),
    ...(query ? [400] : []),
    ...(body ? [400, 413, 415] : []),
    ...(isWaiting ? [425] : []),
  ];
  return [...new Set([...ALWAYS, ...follow, ...problems])].sort((a, b) => a - b);
}

function queryParameters(schema: JsonSchema): object[] {
  const { properties = {}, required = [] } = schema as {
    properties?: { [name: string]: JsonSchema };
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: "query",
    ...(required.includes(name) && { required: true }),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

/** `GET /api/v1/runs/{id}/timeline` → `getRunsIdTimeline`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
