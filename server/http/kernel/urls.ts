import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { ProblemError } from "./problem.ts";

/**
 * Refuses an API request whose query is not ASCII with percent-encoded UTF-8: read in some other
 * way it would be another query.
 */
export function checkUrl(request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const part = badPart(request.url);
  if (part === undefined) {
    done();
    return;
  }
  const path = part.split("=", 1)[0] ?? "";
  const message = `${path}: must be ASCII with percent-encoded UTF-8`;
  const errors = [{ code: "invalid_utf8", message, path }];
  done(new ProblemError(400, "malformed_url", "The query is not percent-encoded UTF-8.", { errors }));
}

function badPart(url: string): string | undefined {
  const query = url.startsWith("/api/") ? url.indexOf("?") : -1;
  return query < 0
    ? undefined
    : url
        .slice(query + 1)
        .split("&")
        .find((part) => !isDecodable(part));
}

function isDecodable(part: string): boolean {
  try {
    return /^[\x20-\x7e]*$/.test(part) && (!part.includes("%") || decodeURIComponent(part) !== undefined);
  } catch {
    return false;
  }
}
