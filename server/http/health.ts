import type { FastifyInstance } from "fastify";
import type { NotReady } from "../database/readiness.ts";
import { API_HEADERS } from "./kernel/security.ts";

const PUBLIC = { access: "public" } as const;
const ASK_WITHIN_MS = 2_000;
const LATE = "the database has not answered in time";

/**
 * Whether the process takes work. `starting` until all parts are up, `draining` once it has to
 * stop.
 */
export interface Health {
  state: "starting" | "ready" | "draining";
  /** Asks the database, now: null when it takes work, else why not. */
  check: () => Promise<NotReady | null>;
}

/**
 * `GET /healthz`: the process answers. `GET /readyz`: it takes work and its database too, else 503
 * with the reason in one word and one sentence. Both are public and say nothing more.
 */
export function registerHealth(app: FastifyInstance, health: Health): void {
  // Anyone may ask, so any number of askers costs one question to the database at a time.
  let asking: Promise<NotReady | null> | null = null;
  const ask = () => {
    asking ??= within(health.check(), ASK_WITHIN_MS).finally(() => {
      asking = null;
    });
    return asking;
  };
  // Whoever asks does so every few seconds: what has not changed is logged once.
  let logged: string | null = null;

  app.get("/healthz", { config: PUBLIC }, (_request, reply) => {
    reply.headers(API_HEADERS).send({ status: "ok" });
  });

  app.get("/readyz", { config: PUBLIC }, async (request, reply) => {
    reply.headers(API_HEADERS);
    if (health.state !== "ready") return reply.code(503).header("retry-after", "1").send({ status: health.state });
    const fault = await ask().catch((): NotReady => ({ reason: "unreachable", detail: LATE }));
    if (fault?.detail !== logged && fault) request.log.warn({ reason: fault.reason }, `not ready: ${fault.detail}`);
    logged = fault?.detail ?? null;
    if (!fault) return reply.send({ status: "ready" });
    return reply
      .code(503)
      .header("retry-after", "1")
      .send({ status: "database_away", ...fault });
  });
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
