import type { FastifyInstance } from "fastify";
import type { System } from "../../domain/kernel/answers.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { DAY_MS } from "../../domain/kernel/time.ts";
import type { Config } from "../config.ts";
import { seesProcess } from "./auth/authorize.ts";
import type { ResourceDeps } from "./kernel/resource.ts";
import { route } from "./kernel/route.ts";

/** What this process uses and may use, bytes. */
export type MemoryFigures = NonNullable<System["memory"]>;

/** Room on the disk of a folder that this process fills. */
export type DiskFigures = NonNullable<System["disks"]>[number];

interface SystemDeps extends ResourceDeps {
  memory: () => MemoryFigures;
  disks: () => DiskFigures[];
  config: Config;
  links: () => System["links"];
}

/**
 * `GET /system`: how the process that answers is doing, what its hot tiers bring, and where the
 * caller's log is.
 */
export function registerSystem(app: FastifyInstance, deps: SystemDeps): void {
  const { eventRetentionDays, sessionRetentionDays, decisionRetentionDays, idempotencyTtlSeconds, archiveDir } =
    deps.config;
  const keeps: System["keeps"] = {
    eventsMs: Math.round(eventRetentionDays * DAY_MS),
    sessionsMs: Math.round(sessionRetentionDays * DAY_MS),
    decisionsMs: decisionRetentionDays * DAY_MS,
    keysMs: idempotencyTtlSeconds * 1000,
    archived: archiveDir !== undefined,
  };
  route(app, overviewEndpoints.system, async ({ request }) => {
    const isOfProcess = seesProcess(request.principal);
    const { head, floor, aheadMs } = await deps.store.head(request.principal.tenantId);
    return {
      uptimeMs: Math.round(process.uptime() * 1000),
      node: process.version,
      memory: isOfProcess ? deps.memory() : null,
      hotTier: isOfProcess ? deps.store.tiers.figures() : null,
      disks: isOfProcess ? deps.disks() : null,
      links: deps.links(),
      log: { head, floor, aheadMs: Math.round(aheadMs) },
      keeps,
    };
  });
}
