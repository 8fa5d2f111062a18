import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { readConfig } from "../config.ts";
import { createDatabase } from "../database/client.ts";
import { readLimits } from "../database/pools.ts";
import { watchMemory } from "../memory-watch.ts";
import { createStore } from "../store/index.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { createRetention } from "../store/maintenance/retention.ts";
import { ensureTenant } from "../store/tenants.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { checkAnswers } from "./answers.test-kit.ts";
import { type AppDeps, buildApp } from "./app.ts";
import { mintApiKey } from "./auth/api-keys.ts";
import { Authenticator } from "./auth/authenticator.ts";
import type { Health } from "./health.ts";
import { LongReads } from "./kernel/long-reads.ts";
import { createMetrics, observeReads } from "./metrics.ts";
import { registerPages } from "./pages/pages.ts";

export interface TestApp {
  app: FastifyInstance;
  database: TestDatabase;
  auth: Authenticator;
  deps: AppDeps;
  health: Health;
  /** An admin key of tenant `default`. */
  key: { id: string; secret: string };
  /** What was logged, one parsed line each. */
  logged: Record<string, unknown>[];
  close: () => Promise<void>;
}

/** Connections for readers. */
const READS = 6;

/**
 * The real application over a database of its own, with pages drawn as plain text instead of by
 * Next.
 * @param routes adds what the test at hand needs, before the application is ready.
 */
export async function createTestApp(
  routes: (app: FastifyInstance, deps: AppDeps) => void = () => {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const share = { limits: readLimits(READS), canceller: database.pool };
  const readers = createDatabase(database.url, { max: READS, share });
  const { prisma } = readers;
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => logged.push(JSON.parse(line)) });
  await ensureTenant(prisma, "default", "Default");
  const key = await mintApiKey(prisma, { tenantId: "default", name: "tests" });
  const auth = await Authenticator.create(database.prisma, logger);
  const health: Health = { state: "ready", check: () => prisma.$queryRaw`SELECT 1`.then(() => null) };
  const config = readConfig({});
  const stopping = new AbortController().signal;
  const metrics = createMetrics();
  const store = createStore({
    pool: database.pool,
    reads: laneDatabase(readers.pool),
    registry: metrics,
    idempotencyTtlSeconds: config.idempotencyTtlSeconds,
  });
  const watch = watchMemory({ registry: metrics, logger, onShort: () => {} });
  const memory = watch.figures;
  const keepMs = config.eventRetentionDays * 86_400_000;
  const queries = laneDatabase(readers.pool);
  observeReads(metrics, readers.reads);
  const retention = createRetention({
    queries: laneDatabase(database.pool),
    store,
    registry: metrics,
    log: logger,
    keepMs,
  });
  const deps: AppDeps = {
    config,
    prisma,
    store,
    retention,
    queries,
    auth,
    logger,
    metrics,
    health,
    memory,
    disks: () => [],
    links: () => ({ origin: "http://localhost:3000", local: true }),
    stopping,
    longReads: new LongReads(),
  };
  const app = buildApp(deps);
  const misfits = checkAnswers(app);
  routes(app, deps);
  await registerPages(app, {
    now: Date.now,
    auth,
    dev: false,
    draw: async (request, response) => {
      response.setHeader("content-type", "text/plain");
      response.end(`page ${request.url}`);
    },
  });
  await app.ready();
  const close = async () => {
    await app.close();
    await store.close();
    watch.close();
    await auth.close();
    await readers.close();
    await database.drop();
    if (misfits.size > 0) throw new Error(`Answers that are not as their endpoints say:\n${[...misfits].join("\n")}`);
  };
  return { app, database, auth, deps, health, key, logged, close };
}

/** The `name=value` pairs of an answer's Set-Cookie, as a browser would send them back. */
export function cookiesOf(answer: { headers: Record<string, unknown> }): string {
  const set = answer.headers["set-cookie"];
  const lines = Array.isArray(set) ? set.map(String) : set === undefined ? [] : [String(set)];
  return lines.map((line) => line.split(";", 1)[0]).join("; ");
}
