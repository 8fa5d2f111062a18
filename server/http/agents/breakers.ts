import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { BREAKER_STATES } from "../../../domain/kernel/statuses.ts";
import { listBreakers } from "../../store/reads/agents/breakers.ts";
import { BASE, listOf, pageQuery, type ResourceDeps } from "../kernel/resource.ts";
import { listDoc } from "../openapi/route-docs.ts";

const breakerQuery = z.strictObject({ state: listOf(BREAKER_STATES).optional(), ...pageQuery });

/** `GET /breakers`: those that are open, for one. */
export function registerBreakers(app: FastifyInstance, { store }: ResourceDeps): void {
  const doc = listDoc("Agents", "Circuit breakers by agent", "Breaker", breakerQuery);
  app.get(`${BASE}/breakers`, { config: { doc } }, (request) =>
    listBreakers(request.db, breakerQuery.parse(request.query), store.now()),
  );
}
