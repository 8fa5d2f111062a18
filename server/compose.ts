import { existsSync } from "node:fs";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { DAY_MS } from "../domain/kernel/time.ts";
import { createCleanupLoop } from "./clock/cleanup.ts";
import { createClock } from "./clock/index.ts";
import { createRetentionLoop } from "./clock/retention.ts";
import { createRollupLoop } from "./clock/rollups.ts";
import { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { DatabaseClock } from "./database/clock.ts";
import { startEmbedded } from "./database/embedded.ts";
import { type Reason, SENTENCES } from "./database/faults.ts";
import { renameRestoredLogs } from "./database/identity.ts";
import { migrate, readMigrations } from "./database/migrate.ts";
import { openPools, type Pools } from "./database/pools.ts";
import { checkReadiness } from "./database/readiness.ts";
import { createRefusals } from "./database/refusals.ts";
import { requireDatabase } from "./database/requirements.ts";
import { type DatabaseWatch, watchDatabase } from "./database/watch.ts";
import { watchDisks } from "./disk-watch.ts";
import { buildApp } from "./http/app.ts";
import { ensureLocalKey, setBootstrapKey } from "./http/auth/api-keys.ts";
import { Authenticator } from "./http/auth/authenticator.ts";
import type { Health } from "./http/health.ts";
import { LongReads } from "./http/kernel/long-reads.ts";
import { handleUpgrades, type UpgradeHandler } from "./http/kernel/upgrades.ts";
import { createMetrics, observeReads } from "./http/metrics.ts";
import { Assets } from "./http/pages/assets.ts";
import { type PageFault, reportPageFault } from "./http/pages/page-errors.ts";
import { type DrawPage, pageUnavailable, registerPages } from "./http/pages/pages.ts";
import type { DiskFigures } from "./http/system.ts";
import { createLive } from "./live/index.ts";
import { watchMemory } from "./memory-watch.ts";
import { createGuard } from "./notify/guard.ts";
import { createNotifier } from "./notify/index.ts";
import { isLocalOrigin, originOf, portOf } from "./origin.ts";
import { Renderer } from "./renderer/index.ts";
import { createStore } from "./store/index.ts";
import { laneDatabase } from "./store/lane/lane-database.ts";
import { createRetention } from "./store/maintenance/retention.ts";
import { ensureTenant } from "./store/tenants.ts";

/** The tenant of the operator and of the bootstrap key. */
const TENANT = "default";

/** How often the database is asked what time it is, ms. */
const ASK_TIME_EVERY_MS = 5_000;

/** As long as a key must be not to be guessed. */
const NO_GUESS = "0123456789abcdef";

export interface ComposeOptions {
  logger: Logger;
  /** Draws pages in place of Next, for tests of everything but pages. */
  draw?: DrawPage;
}

export interface Composed {
  /** Built and ready, not listening. */
  app: FastifyInstance;
  auth: Authenticator;
  /** Call when the server listens: from now on it is ready and time makes things happen. */
  started: () => void;
  /** A one-time login token for the operator. */
  mintLoginToken: () => Promise<string>;
  /** Drains and closes everything, the last opened first. Never rejects; about 4 s at worst. */
  close: () => Promise<void>;
}

/**
 * Builds the whole server from its configuration, in order; whatever fails closes what stands
 * already. Throws StartupError for what an operator can put right.
 */
export async function compose(config: Config, options: ComposeOptions): Promise<Composed> {
  const closers = new Closers(options.logger);
  try {
    return await build(config, options, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function build(config: Config, options: ComposeOptions, closers: Closers): Promise<Composed> {
  const { logger } = options;
  const metrics = createMetrics();
  const stopping = new AbortController();

  // Pages need no database and the database no pages: both get ready at once.
  const pages = options.draw === undefined ? openPages(config, closers, logger, metrics) : givenPages(options.draw);
  pages.catch(() => {});
  const database = await openDatabase(config, closers, logger, metrics, stopping.signal);
  const { prisma } = database.auth;
  const migrations = readMigrations();
  const health: Health = { state: "starting", check: () => checkReadiness(database.clock, database.watch, migrations) };

  await ensureTenant(prisma, TENANT, "Default");
  await setBootstrapKey(prisma, TENANT, config.bootstrapKey ?? null);
  if ((config.bootstrapKey ?? NO_GUESS).length < NO_GUESS.length) {
    logger.warn("SWITCHYARD_BOOTSTRAP_KEY is short enough to be guessed; use 16 random characters or more");
  }
  if (config.bootstrapKey === undefined) await ensureLocalKey(prisma, TENANT, config.dataDir);
  const auth = await Authenticator.create(prisma, logger, config.publicUrl);
  closers.add("auth", 500, () => auth.close());

  const store = createStore({
    pool: database.lane,
    reads: laneDatabase(database.reads.pool),
    clock: database.databaseClock,
    registry: metrics,
    idempotencyTtlSeconds: config.idempotencyTtlSeconds,
    redisUrl: config.redisUrl,
    hotTierTtlMs: config.hotTierTtlSeconds * 1000,
    hotTierBytes: config.hotTierMb * 1024 * 1024,
    log: logger.child({ part: "store" }),
    onAway: (reason) => database.watch.suspect(reason),
  });
  store.onCommitted(() => database.watch.trust());
  closers.add("store", 1_000, () => store.close());
  database.watch.onChange((reason) => reason === null && store.poll());
  // Says so at once if the database's clock is behind the log.
  await store.head(TENANT);

  const [timely, upkeep] = [laneDatabase(database.clock), laneDatabase(database.upkeep)];
  const retention = createRetention({
    queries: upkeep,
    store,
    registry: metrics,
    log: logger.child({ part: "retention" }),
    keepMs: config.eventRetentionDays * DAY_MS,
    archiveDir: config.archiveDir,
  });

  const onShort = () => store.tiers.shrinkTo(store.tiers.figures().memory.bytes / 2);
  const watch = watchMemory({ registry: metrics, logger: logger.child({ part: "memory" }), onShort });
  closers.add("memory watch", 100, () => watch.close());

  const disks = watchDisks({
    registry: metrics,
    logger: logger.child({ part: "disks" }),
    folders: filled(config, database),
  });
  closers.add("disk watch", 100, () => disks.close());
  await disks.look();

  observeReads(metrics, database.reads.reads);
  const app = buildApp({
    config,
    prisma: database.reads.prisma,
    queries: laneDatabase(database.reads.pool),
    store,
    retention,
    longReads: new LongReads(),
    auth,
    logger,
    metrics,
    health,
    memory: watch.figures,
    disks: disks.figures,
    links: () => {
      const origin = originOf(config, portOf(app.server, config.port));
      return { origin, local: isLocalOrigin(origin) };
    },
    stopping: stopping.signal,
  });
  const { draw, assets, upgrade } = await pages;
  await registerPages(app, { auth, draw, assets, dev: config.development, now: store.now });
  await app.ready();
  handleUpgrades(app.server, upgrade);
  let closing: Promise<void> | undefined;
  // Requests still open when their time is up are cut: their clients retry, with an idempotency key
  // where it matters.
  closers.add("open connections", 100, () => app.server.closeAllConnections());
  closers.add("http", 1_000, () => closing);

  const clock = createClock({
    store,
    queries: timely,
    log: logger.child({ part: "clock" }),
    sessionRetentionMs: config.sessionRetentionDays * DAY_MS,
  });
  closers.add("clock", 500, () => clock.close());
  const retentionLoop = createRetentionLoop({ retention, queries: upkeep, log: logger.child({ part: "retention" }) });
  closers.add("retention", 500, () => retentionLoop.close());
  const rollupLoop = createRollupLoop({ database: upkeep, log: logger.child({ part: "rollups" }) });
  closers.add("rollups", 500, () => rollupLoop.close());
  const cleanupLoop = createCleanupLoop({
    store,
    queries: upkeep,
    log: logger.child({ part: "cleanup" }),
    keepMs: config.decisionRetentionDays * DAY_MS,
  });
  closers.add("cleanup", 500, () => cleanupLoop.close());
  const notifier = createNotifier({
    store,
    queries: timely,
    registry: metrics,
    log: logger.child({ part: "notify" }),
    guard: createGuard(config.privateTargets),
    smtp: config.smtp,
    publicUrl: () => originOf(config, portOf(app.server, config.port)),
  });
  closers.add("notifier", 500, () => notifier.close());
  const live = createLive({
    source: store,
    authenticate: (handshake) => auth.authenticate(handshake),
    httpServer: app.server,
    allowOrigin: (headers) => auth.isOwnHandshake(headers),
    availability: database.watch,
    registry: metrics,
    logger: logger.child({ part: "live" }),
  });
  auth.sessions.onEnded = () => void live.check();
  closers.add("live", 700, () => live.close());
  closers.add("readiness", 100, () => {
    health.state = "draining";
    stopping.abort();
    // Stops accepting now; what is open is waited for after the sockets are gone, which count as
    // open connections.
    closing = app.close();
    closing.catch(() => {});
  });

  return {
    app,
    auth,
    started: () => {
      health.state = "ready";
      clock.start();
      notifier.start();
      retentionLoop.start();
      rollupLoop.start();
      cleanupLoop.start();
    },
    mintLoginToken: () => auth.sessions.mintLoginToken(TENANT, "admin"),
    close: () => closers.closeAll(),
  };
}

interface Database extends Pools {
  watch: DatabaseWatch;
  databaseClock: DatabaseClock;
  /** Where its files lie, if it is ours. */
  folder: string | undefined;
}

async function openDatabase(
  config: Config,
  closers: Closers,
  logger: Logger,
  registry: Registry,
  stopping: AbortSignal,
): Promise<Database> {
  let given = config.databaseUrl;
  let mark = "";
  let folder: string | undefined;
  let down: Reason | null = null;
  if (given === undefined) {
    const embedded = await startEmbedded(config.dataDir, {
      onDown: (reason) => {
        down = /No space left on device/.test(reason) ? "full" : null;
        logger.error({ reason }, "Postgres is down; it is started again until it runs");
      },
      onUp: () => {
        down = null;
        logger.warn("Postgres runs again");
      },
    });
    closers.add("postgres", 3_000, () => embedded.stop());
    given = embedded.url;
    mark = embedded.mark;
    folder = embedded.folder;
  }
  const url = await requireDatabase(given);
  const applied = await migrate(url, readMigrations(), () => {
    logger.info("waiting for another server, which migrates this database");
  });
  if (applied.length > 0) logger.info({ applied }, "migrated");
  const database = openPools(url, config.databaseConnections, {
    onConnectionLost: ({ message }) => {
      // Postgres may stop before it has seen that we hung up. Not the error itself: it holds the
      // whole client.
      if (!stopping.aborted) logger.warn({ reason: message }, "a database connection was lost");
    },
    onRefused: createRefusals({ registry, log: logger.child({ part: "database" }) }),
  });
  closers.add("database", 500, () => database.close());
  const renameRestored = async () => {
    const logs = await renameRestoredLogs(database.clock, mark);
    if (logs > 0)
      logger.warn({ logs }, "the database was restored from a backup, or a standby took over: clients start over");
  };
  await renameRestored();
  const watch = watchDatabase(url, { knownReason: () => down });
  watch.onChange((reason) => {
    // Another server may have taken the place of the one that the connections were made to.
    if (reason === "read_only" || reason === null) database.renew();
    if (reason !== null) {
      logger.warn({ reason }, `${SENTENCES[reason]}: changes are refused until it is back`);
      return;
    }
    logger.info("the database is back");
    renameRestored().catch((err: unknown) => logger.warn({ err }, "cannot check whether it is the same database"));
  });
  closers.add("watch of the database", 500, () => watch.close());
  const databaseClock = new DatabaseClock();
  // With what it needs from the start on, so that nothing has to wait for a first connection.
  await Promise.all([databaseClock.ask(database.clock), database.clock.query("SELECT 1")]);
  // An idle server has no other source of time. While the database is away the last answer is used.
  const asking = setInterval(() => void databaseClock.ask(database.clock).catch(() => {}), ASK_TIME_EVERY_MS);
  closers.add("database's clock", 100, () => clearInterval(asking));
  return { ...database, watch, databaseClock, folder };
}

/** The folders that grow by what this process does. */
function filled({ archiveDir }: Config, { folder }: Database): { holds: DiskFigures["holds"]; folder: string }[] {
  return [
    ...(folder === undefined ? [] : [{ holds: "database" as const, folder }]),
    ...(archiveDir === undefined ? [] : [{ holds: "archive" as const, folder: archiveDir }]),
  ];
}

/** How pages are drawn, and what they consist of. */
interface Pages {
  draw: DrawPage;
  assets?: Assets;
  /** Where hot reload's WebSockets go. */
  upgrade?: UpgradeHandler;
}

const givenPages = async (draw: DrawPage): Promise<Pages> => ({ draw });

async function openPages(config: Config, closers: Closers, logger: Logger, registry: Registry): Promise<Pages> {
  const { development: dev, host: hostname, port, rendererMb: heapMb } = config;
  const dir = projectRoot();
  const part = logger.child({ part: "pages" });
  const renderer = new Renderer({
    dev,
    dir,
    hostname,
    port,
    heapMb,
    logger: part,
    registry,
    onFault: (error, fault) => reportPageFault({ ...(fault as Omit<PageFault, "error">), error }),
  });
  closers.add("renderer", 500, () => renderer.close());
  await renderer.start();
  const draw: DrawPage = (request, response) =>
    renderer.draw(request, response).catch((cause: unknown) => {
      throw pageUnavailable(cause);
    });
  if (dev) return { draw, upgrade: (request, socket, head) => renderer.upgrade(request, socket, head) };
  return { draw, assets: await Assets.read(dir, config.consoleBuild) };
}

/** The folder of `next.config.ts`, found from the source as well as from the bundle in `dist/`. */
function projectRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "next.config.ts"))) return folder;
    if (path.dirname(folder) === folder) throw new Error(`no next.config.ts above ${import.meta.dirname}`);
  }
}
