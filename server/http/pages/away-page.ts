import type { FastifyReply, FastifyRequest } from "fastify";
import { type ProblemError, sendProblem, toProblemError } from "../kernel/problem.ts";

const RETRY_SECONDS = 2;

const DATABASE_AWAY = {
  title: "The database is away",
  text: "comes as soon as the database is back",
};
const BUSY = {
  title: "The console is busy",
  text: "comes as soon as it can be drawn. Work that is under way is not concerned",
};

const pageOf = ({ title, text }: typeof BUSY) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Switchyard: ${title[0]?.toLowerCase()}${title.slice(1)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.1rem}</style>
<h1>${title}</h1>
<p role="status">This page cannot be shown at the moment. It asks again by itself every ${RETRY_SECONDS} seconds, and ${text}.</p>
</html>
`;

/**
 * The error answer of pages: to a person who can only wait, a page that asks again by itself; else
 * as everywhere.
 */
export function sendPageError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asksForPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
  const problem = toProblemError(error);
  if (!asksForPage || !canWait(problem)) return sendProblem(error, request, reply);
  return reply
    .code(problem.status)
    .headers({
      "retry-after": String(RETRY_SECONDS),
      refresh: String(RETRY_SECONDS),
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    .type("text/html; charset=utf-8")
    .send(pageOf(problem.code === "database_away" ? DATABASE_AWAY : BUSY));
}

const canWait = ({ status, code }: ProblemError) => status === 503 || (status === 429 && code !== "too_many_attempts");
