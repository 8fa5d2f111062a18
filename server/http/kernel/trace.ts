import type { FastifyRequest } from "fastify";

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;

/**
 * The trace id of a request's W3C `traceparent` header. One that breaks the format counts as none,
 * as the specification asks: tracing must not fail what it watches. Version 00 ends after the
 * flags, later ones may go on.
 */
export function traceIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers.traceparent;
  const match = typeof header === "string" ? TRACEPARENT.exec(header.trim()) : null;
  if (!match) return undefined;
  const [, version, traceId = "", parentId = "", more] = match;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  return ZEROS.test(traceId) || ZEROS.test(parentId) ? undefined : traceId;
}
