import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { notFound, ProblemError, sendProblem } from "./problem.ts";

interface Route {
  /** The path in parts; one that begins with `:` matches any. */
  parts: string[];
  methods: Set<string>;
}

/**
 * Answers requests that no route takes: 405 with `Allow` where the path is known by other methods,
 * 204 with `Allow` to `OPTIONS`, else 404. To be called before the routes are registered, as it
 * listens to what is.
 */
export function installMethods(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const routes = new Map<string, Route>();
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const route = routes.get(url) ?? { parts: url.split("/"), methods: new Set() };
    for (const one of [method].flat()) route.methods.add(one);
    routes.set(url, route);
  });
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = allowedOn([...routes.values()], request.url.split("?", 1)[0] ?? "");
    if (allowed.length === 0) return sendProblem(notFound(request), request, reply);
    const headers = { allow: allowed.join(", ") };
    if (request.method === "OPTIONS") return reply.code(204).headers(headers).send();
    const detail = `${request.method} is not allowed here; allowed: ${headers.allow}.`;
    return sendProblem(new ProblemError(405, "method_not_allowed", detail, { headers }), request, reply);
  };
  app.setNotFoundHandler(answer);
  return answer;
}

function allowedOn(routes: readonly Route[], path: string): string[] {
  const parts = path.split("/");
  const fits = (route: Route) =>
    route.parts.length === parts.length &&
    route.parts.every((part, index) => (part.startsWith(":") ? parts[index] !== "" : part === parts[index]));
  const allowed = new Set(routes.filter(fits).flatMap((route) => [...route.methods]));
  return allowed.size === 0 ? [] : [...allowed.add("OPTIONS")].sort();
}
