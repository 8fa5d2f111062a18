import type { FastifyInstance } from "fastify";
import type { Summary } from "../../domain/kernel/answers.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { Throughput } from "../store/reads/agents/throughput.ts";
import { readSummary } from "../store/reads/summary.ts";
import { type ResourceDeps, scopeOf } from "./kernel/resource.ts";
import { route } from "./kernel/route.ts";

/**
 * `GET /summary`: the overview's figures. However many ask at once, each tenant is counted once at
 * a time.
 */
export function registerSummary(app: FastifyInstance, deps: ResourceDeps): void {
  const throughput = new Throughput();
  const counting = new Map<string, { now: Promise<Summary>; next: Promise<Summary> | null }>();

  // Whoever comes while a count is under way may have seen a newer state than it counts: they share
  // the next one.
  const summaryOf = (tenantId: string, read: () => Promise<Summary>): Promise<Summary> => {
    const running = counting.get(tenantId);
    if (running) {
      running.next ??= running.now.then(
        () => summaryOf(tenantId, read),
        () => summaryOf(tenantId, read),
      );
      return running.next;
    }
    const now = read().finally(() => counting.delete(tenantId));
    counting.set(tenantId, { now, next: null });
    return now;
  };

  route(app, overviewEndpoints.summary, ({ request }) => {
    const scope = scopeOf(request, deps);
    return summaryOf(scope.tenantId, () => readSummary(scope, throughput));
  });
}
