import type { FastifyReply, FastifyRequest } from "fastify";
import { sendProblem, toProblemError } from "./problem.ts";

const RETRY_SECONDS = 2;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Switchyard: the database is away</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.1rem}</style>
<h1>The database is away</h1>
<p role="status">This page cannot be shown at the moment. It asks again by itself every ${RETRY_SECONDS} seconds, and comes as soon as the database is back.</p>
</html>
`;

/** The error answer of pages: to a person who waits for the database, a page that asks again by itself; else as everywhere. */
export function sendPageError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asksForPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
  if (!asksForPage || toProblemError(error).status !== 503) return sendProblem(error, request, reply);
  return reply
    .code(503)
    .headers({
      "retry-after": String(RETRY_SECONDS),
      refresh: String(RETRY_SECONDS),
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    .type("text/html; charset=utf-8")
    .send(PAGE);
}
