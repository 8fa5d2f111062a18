import type { Logger } from "pino";
import type { Server } from "socket.io";
import type { LiveMetrics } from "./metrics.ts";
import { Rate } from "./rate.ts";
import type { LivePrincipal } from "./sessions.ts";

export interface SocketLimits {
  /** Open connections, with or without credentials. */
  sockets: number;
  perTenant: number;
  /** Sockets of one key or person. */
  perPrincipal: number;
  /** Messages of any kind from one connection: burst, and per second in the long run. */
  messages: readonly [burst: number, perSecond: number];
  /** Messages waiting to be read by one connection. */
  unread: number;
}

export const SOCKET_LIMITS: SocketLimits = {
  sockets: 10_000,
  perTenant: 4_000,
  perPrincipal: 2_000,
  messages: [1_000, 100],
  unread: 4_000,
};

/** How long a closed connection has to receive the reason, ms. */
const GOODBYE_MS = 500;
/** "Policy violation", RFC 6455. */
const POLICY = 1008;

type Engine = Server["engine"];
type Conn = Parameters<Parameters<Engine["on"]>[1]>[0];

/**
 * Bounds what one connection may send and leave unread. A refusal, too, takes memory until it is
 * read, and work before the client is known.
 */
export function boundMessages(conn: Conn, limits: SocketLimits, metrics: LiveMetrics, logger: Logger): void {
  const rate = new Rate(...limits.messages);
  const end = (reason: string) => {
    metrics.refused.inc({ reason });
    logger.warn({ reason }, "a socket was disconnected");
    const { socket } = conn.transport as { socket?: { close(code: number, reason: string): void; terminate(): void } };
    socket?.close(POLICY, reason);
    setTimeout(() => socket?.terminate(), GOODBYE_MS).unref();
    conn.close(true);
  };
  conn.on("packet", () => {
    if (conn.readyState !== "open") return;
    if (!rate.take()) end("too_many_messages");
    else if (conn.writeBuffer.length > limits.unread) end("unread_messages");
  });
}

/** Counts open sockets per principal and tenant. */
export class SocketCounts {
  readonly #limits: SocketLimits;
  readonly #open = new Map<string, number>();

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  /** Why another socket of this principal is one too many; null when there is room. */
  refusalOf({ tenantId, kind, id }: LivePrincipal): "tenant_sockets" | "principal_sockets" | null {
    if (this.#of(tenantId) >= this.#limits.perTenant) return "tenant_sockets";
    return this.#of(`${tenantId} ${kind} ${id}`) >= this.#limits.perPrincipal ? "principal_sockets" : null;
  }

  /** Counts one; the returned function removes it. */
  add({ tenantId, kind, id }: LivePrincipal): () => void {
    const keys = [tenantId, `${tenantId} ${kind} ${id}`];
    for (const key of keys) this.#open.set(key, this.#of(key) + 1);
    return () => {
      for (const key of keys) {
        const left = this.#of(key) - 1;
        if (left > 0) this.#open.set(key, left);
        else this.#open.delete(key);
      }
    };
  }

  #of(key: string): number {
    return this.#open.get(key) ?? 0;
  }
}
