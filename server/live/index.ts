import type { Server as HttpServer, IncomingHttpHeaders } from "node:http";
import type { Socket as NetSocket } from "node:net";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { Server } from "socket.io";
import { BEAT_INTERVAL_MS, type Beat, type ClientToServer, type ServerToClient } from "../../domain/kernel/live.ts";
import { boundMessages, SOCKET_LIMITS, SocketCounts, type SocketLimits } from "./caps.ts";
import { Connection } from "./connection.ts";
import { createEmitter } from "./emitter.ts";
import { Feed } from "./feed.ts";
import { Gate } from "./gate.ts";
import { createLiveMetrics } from "./metrics.ts";
import { PATIENCE_MS } from "./outbox.ts";
import {
  type Authenticate,
  type Handshake,
  handshakeOf,
  isByCookie,
  type LivePrincipal,
  Sessions,
} from "./sessions.ts";
import type { Availability, LogSource } from "./source.ts";

export type { Authenticate, Handshake, LivePrincipal } from "./sessions.ts";
export type { Availability, Committed, Head, LogSource, Snapshot } from "./source.ts";

export interface LiveDeps {
  source: LogSource;
  /** Default: always available. */
  availability?: Availability;
  authenticate: Authenticate;
  /** The HTTP server that serves the sockets. Its creator closes it. */
  httpServer: HttpServer;
  /** Whether a handshake authenticated by cookie comes from our own origin. */
  allowOrigin: (headers: IncomingHttpHeaders) => boolean;
  registry: Registry;
  logger: Logger;
  /** How often the credentials of open sockets are checked again, ms. */
  checkMs?: number;
  beatMs?: number;
  /** How long a socket may read nothing before its log subscriptions are dropped, ms. */
  patienceMs?: number;
  /** Overrides for tests. */
  limits?: Partial<SocketLimits>;
}

export interface Live {
  stats(): { sockets: number; subscriptions: number; tenants: number };
  /**
   * Checks the credentials of every open socket now, and closes those that are no longer valid.
   * Never rejects.
   */
  check(): Promise<void>;
  /** Closes all sockets within a second; clients reconnect by themselves. New ones are refused. */
  close(): Promise<void>;
}

const CHECK_MS = 30_000;
/** Concurrent reads of the log, so that commits find a free database connection. */
const READS = 4;
const CLOSE_MS = 500;

interface Who {
  principal?: LivePrincipal;
  handshake?: Handshake;
}

/** Serves namespace `/live` on an HTTP server, see `domain/kernel/live.ts`. */
export function createLive(deps: LiveDeps): Live {
  const { source, logger } = deps;
  const patienceMs = deps.patienceMs ?? PATIENCE_MS;
  const metrics = createLiveMetrics(deps.registry);
  const gate = new Gate(READS);
  const sessions = new Sessions(deps.authenticate);
  const connections = new Map<string, Connection>();
  const limits = { ...SOCKET_LIMITS, ...deps.limits };
  const counts = new SocketCounts(limits);
  const feeds = new Map<string, { feed: Feed; sockets: number }>();
  const transports = new Set<NetSocket>();
  let closing = false;

  const io = new Server<ClientToServer, ServerToClient, Record<never, never>, Who>(deps.httpServer, {
    // Polling is for clients behind a proxy without WebSockets. It needs no origin check: a page of
    // another site can neither read its answers nor know the id that its posts must carry.
    transports: ["websocket", "polling"],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: 64 * 1024,
    connectTimeout: 5_000,
    pingInterval: 15_000,
    pingTimeout: 10_000,
    // Next handles its own upgrades on the same server.
    destroyUpgrade: false,
    allowRequest: (_request, decide) => {
      const room = io.engine.clientsCount < limits.sockets;
      if (!room) metrics.refused.inc({ reason: "sockets" });
      decide(null, room && !closing);
    },
  });
  const namespace = io.of("/live");
  const emitter = createEmitter(namespace, metrics);

  io.engine.on("connection", (conn) => {
    boundMessages(conn, limits, metrics, logger);
    const { socket }: { socket: NetSocket } = conn.request;
    transports.add(socket);
    socket.once("close", () => transports.delete(socket));
  });
  // socket.io always has a default namespace: refuse its connections.
  io.use((_socket, next) => next(refusal("not_found", "Connect to namespace /live.")));

  namespace.use((socket, next) => {
    const handshake = handshakeOf(socket);
    if (isByCookie(handshake) && !deps.allowOrigin(handshake.headers)) {
      return next(refusal("cross_origin", "A session cookie counts only on this console's own pages.", 403));
    }
    deps.authenticate(handshake).then(
      (principal) => {
        if (!principal) return next(nobody());
        const tooMany = counts.refusalOf(principal);
        if (tooMany) {
          metrics.refused.inc({ reason: tooMany });
          return next(refusal("too_many", "Too many sockets of this key, person or tenant are open."));
        }
        socket.data = { principal, handshake };
        next();
      },
      (error: unknown) => {
        logger.warn({ err: error }, "a socket's credentials could not be looked up");
        next(refusal("unavailable", "Credentials cannot be looked up at the moment; try again."));
      },
    );
  });

  namespace.on("connection", (socket) => {
    const { principal, handshake } = socket.data;
    if (!principal || !handshake) return void socket.disconnect(true);
    // The first request keeps buffers and headers that are no longer needed.
    Reflect.set(socket.conn, "request", null);
    const { tenantId } = principal;
    const feed = enter(tenantId);
    const connection = new Connection(socket, { tenantId, feed, emitter, source, gate, metrics, logger, patienceMs });
    connections.set(socket.id, connection);
    sessions.add(socket.id, { handshake, principal, end: () => socket.disconnect(true) });
    const countOff = counts.add(principal);
    metrics.sockets.inc();
    void socket.join(tenantRoom(tenantId));
    if (deps.availability && deps.availability.reason !== null) socket.emit("beat", beatOf(feed));
    socket.on("disconnect", () => {
      connections.delete(socket.id);
      sessions.delete(socket.id);
      countOff();
      metrics.sockets.dec();
      connection.close();
      exit(tenantId);
    });
  });

  const enter = (tenantId: string): Feed => {
    const entry = feeds.get(tenantId) ?? { feed: new Feed({ tenantId, source, emitter, metrics }), sockets: 0 };
    feeds.set(tenantId, entry);
    entry.sockets += 1;
    // Heartbeats need a position. Subscribing retries, and reports a failure.
    entry.feed.start().catch(() => {});
    return entry.feed;
  };
  const exit = (tenantId: string): void => {
    const entry = feeds.get(tenantId);
    if (!entry) return;
    entry.sockets -= 1;
    if (entry.sockets > 0) return;
    feeds.delete(tenantId);
    entry.feed.close();
  };

  const stopListening = source.onCommitted((committed) => {
    try {
      feeds.get(committed.tenantId)?.feed.onCommitted(committed);
    } catch (error) {
      // An error here must not stop the lane.
      logger.error({ err: error, tenantId: committed.tenantId, to: committed.to }, "a commit could not be pushed");
    }
  });
  // Connections are closed without a disconnect packet, so that clients reconnect; the new log's id
  // makes them start over.
  const stopReplaced = source.onReplaced((tenantId) => {
    feeds.get(tenantId)?.feed.close();
    for (const { data, conn } of namespace.sockets.values()) if (data.principal?.tenantId === tenantId) conn.close();
  });
  const beatOf = (feed: Feed): Beat => {
    const reason = deps.availability?.reason ?? null;
    const away = reason === null ? {} : { databaseAway: true as const, databaseReason: reason };
    return { head: feed.position ?? 0, at: new Date(source.now()).toISOString(), ...away };
  };
  const beat = (all: boolean) => {
    for (const [tenantId, { feed, sockets }] of feeds) {
      if (all || feed.position !== undefined) emitter.beat(tenantRoom(tenantId), beatOf(feed), sockets);
    }
  };
  const beats = setInterval(() => beat(false), deps.beatMs ?? BEAT_INTERVAL_MS);
  const stopWatching = deps.availability?.onChange(() => beat(true));
  const checks = setInterval(() => void sessions.check(), deps.checkMs ?? CHECK_MS);
  for (const timer of [beats, checks]) timer.unref();

  return {
    stats: () => ({
      sockets: connections.size,
      subscriptions: [...connections.values()].reduce((sum, { subscriptions }) => sum + subscriptions, 0),
      tenants: feeds.size,
    }),
    check: () => sessions.check(),
    async close() {
      closing = true;
      stopListening();
      stopReplaced();
      stopWatching?.();
      clearInterval(beats);
      clearInterval(checks);
      const gone = [...transports].map(
        (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
      );
      // Closes connections without a disconnect packet, so that clients reconnect.
      io.engine.close();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([Promise.all(gone), late]);
      clearTimeout(timer);
      for (const socket of transports) socket.destroy();
    },
  };
}

const tenantRoom = (tenantId: string): string => `tenant|${tenantId}`;

/** A refusal as the client's `connect_error`. */
function refusal(code: string, message: string, status?: number): Error {
  return Object.assign(new Error(message), { data: status === undefined ? { code } : { code, status } });
}

const nobody = () => refusal("unauthenticated", "An API key or a session is needed.", 401);
