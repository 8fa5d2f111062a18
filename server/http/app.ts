import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { System } from "../../domain/kernel/answers.ts";
import type { Config } from "../config.ts";
import type { PrismaClient } from "../database/generated/client.ts";
import type { Store } from "../store/index.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import type { Retention } from "../store/maintenance/retention.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import { installAuthorization } from "./auth/authorize.ts";
import { installFittingPages } from "./commit/fitting-pages.ts";
import { type Health, registerHealth } from "./health.ts";
import { installBodies } from "./kernel/json-body.ts";
import { installLeanAnswers } from "./kernel/lean-answers.ts";
import type { LongReads } from "./kernel/long-reads.ts";
import { installMethods } from "./kernel/methods.ts";
import { installProblems, ProblemError, sendProblem } from "./kernel/problem.ts";
import { installReaders } from "./kernel/readers.ts";
import { API_HEADERS } from "./kernel/security.ts";
import { checkUrl } from "./kernel/urls.ts";
import { installMetrics } from "./metrics.ts";
import { registerRoutes } from "./routes.ts";
import type { DiskFigures, MemoryFigures } from "./system.ts";

const BODY_LIMIT = 1_048_576;
const SLOW_MS = 1_000;
/** Open connections, those of sockets included; more are closed as they come. */
const MAX_CONNECTIONS = 12_000;
/** How long a request's headers may take to come, and how often that is looked at. */
const HEADERS_MS = 15_000;
const CHECK_MS = 5_000;
/** Ids have up to 200 characters, each up to three when encoded. */
const MAX_PARAM_LENGTH = 600;

/** What the HTTP room needs. Resources take what they use from it. */
export interface AppDeps {
  config: Config;
  prisma: PrismaClient;
  store: Store;
  retention: Retention;
  /** Past Prisma, for statements that are prepared by name. */
  queries: LaneQueries;
  longReads: LongReads;
  auth: Authenticator;
  logger: Logger;
  metrics: Registry;
  health: Health;
  /** What this process uses and may use. */
  memory: () => MemoryFigures;
  /** Room on the disks that this process fills. */
  disks: () => DiskFigures[];
  /** What links in notifications begin with. */
  links: () => System["links"];
  /** Aborted when the server begins to stop: long polls and streams answer then. */
  stopping: AbortSignal;
}

/**
 * Builds the API without listening: tests inject requests, `main.ts` listens. Pages are added by
 * `registerPages`. The hot path is one hook before the handler (who may) and one after (how long).
 */
export function buildApp(deps: AppDeps): FastifyInstance {
  let requests = 0;
  const prefix = `${Date.now().toString(36)}-`;
  const logger: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger per request costs more than the rare line that wants one: those name the
    // request themselves.
    childLoggerFactory: (parent) => parent,
    genReqId: () => prefix + (++requests).toString(36),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 60_000,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    forceCloseConnections: "idle",
    // Answered below, as a problem like any other.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
  });

  app.server.maxConnections = MAX_CONNECTIONS;
  app.addHook("onRequest", (request, _reply, done) => {
    const asksHowItIs = request.routeOptions.url === "/healthz" || request.routeOptions.url === "/readyz";
    done(deps.stopping.aborted && !asksHowItIs ? closing() : undefined);
  });

  installBodies(app);
  const unknown = installMethods(app);
  installProblems(app);
  installAuthorization(app, deps);
  installReaders(app);
  installMetrics(app, deps.metrics, deps.store);
  installLeanAnswers(app);
  installFittingPages(app);

  app.addHook("onSend", (_request, reply, _payload, done) => {
    for (const name in API_HEADERS) {
      if (!reply.hasHeader(name)) reply.header(name, API_HEADERS[name]);
    }
    done();
  });

  app.addHook("onResponse", (request, reply, done) => {
    if (reply.elapsedTime > SLOW_MS && request.routeOptions.config.longLived !== true) {
      const { method, id: reqId } = request;
      const ms = Math.round(reply.elapsedTime);
      request.log.warn({ reqId, method, route: request.routeOptions.url, status: reply.raw.statusCode, ms }, "slow");
    }
    done();
  });

  app.addHook("onRequest", checkUrl);

  registerHealth(app, deps.health);
  registerRoutes(app, deps);
  // Pages catch all that is left; an unknown API path is no page.
  app.all("/api/*", unknown);
  return app;
}

function closing(): ProblemError {
  const headers = { "retry-after": "1", connection: "close" };
  return new ProblemError(503, "closing", "The server is stopping; ask again, another one may answer.", { headers });
}
