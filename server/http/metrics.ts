import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** One registry per server, not prom-client's global one: tests build many servers in one process. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Times every request by route and status, and serves `GET /metrics` (behind the gate) in Prometheus' text format. */
export function installMetrics(app: FastifyInstance, registry: Registry): void {
  const histogram = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  });
  type Child = ReturnType<typeof histogram.labels>;
  // Resolving labels costs more than observing; routes and statuses are few.
  const children = new Map<string, Child>();

  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    const key = `${request.method} ${reply.raw.statusCode} ${route}`;
    let child = children.get(key);
    if (child === undefined) {
      child = histogram.labels(request.method, route, String(reply.raw.statusCode));
      children.set(key, child);
    }
    child.observe(reply.elapsedTime / 1_000);
    done();
  });

  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
