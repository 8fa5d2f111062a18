import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ReadFigures } from "../database/shared-reads.ts";
import type { LogPosition, Store } from "../store/types.ts";
import { seesProcess } from "./auth/authorize.ts";

/**
 * One registry per server, not prom-client's global one: tests build many servers in one process.
 */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * Times every request by route and status, and serves `GET /metrics` (behind the gate) in
 * Prometheus' text format: all of the process for who runs it, the tenant's own for everybody else.
 */
export function installMetrics(app: FastifyInstance, registry: Registry, store: Pick<Store, "head">): void {
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

  app.get("/metrics", async ({ principal }, reply) => {
    const shown = seesProcess(principal) ? registry : ofTenant(await store.head(principal.tenantId));
    return reply.type(shown.contentType).send(await shown.metrics());
  });
}

function ofTenant({ head, floor }: LogPosition): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value);
  gauge("switchyard_log_head", "Newest position of the tenant's log.", head);
  gauge("switchyard_log_floor", "Position up to which the tenant's log is no longer kept.", floor);
  return registry;
}

/**
 * How readers fare: who waits for a connection, who was turned away, whose statement was cancelled
 * because they had gone.
 */
export function observeReads(registry: Registry, figures: () => ReadFigures): void {
  const registers = [registry];
  const names = { running: "Reads under way.", waiting: "Reads that wait for their turn." } as const;
  for (const key of ["running", "waiting"] as const) {
    new Gauge({
      name: `switchyard_reads_${key}`,
      help: names[key],
      registers,
      collect() {
        this.set(figures()[key]);
      },
    });
  }
  for (const key of ["refused", "cancelled"] as const) {
    new Counter({
      name: `switchyard_reads_${key}_total`,
      help: key === "refused" ? "Reads turned away." : "Statements cancelled because their caller had gone.",
      registers,
      collect() {
        this.reset();
        this.inc(figures()[key]);
      },
    });
  }
}
