import { io, type Socket } from "socket.io-client";
import type { ClientToServer, ServerToClient, SubscribeAck, SubscribeRequest } from "../../domain/kernel/live.ts";

export type LiveSocket = Socket<ServerToClient, ClientToServer>;

export interface LiveSocketOptions {
  /** API key. Without one the session's cookie says who connects, in a page of the server. */
  key?: string;
  /** The first and the longest wait before another try to connect (ms). */
  pace: readonly [first: number, longest: number];
  /** How long one try may take (ms); socket.io's own limit when left out. */
  timeoutMs?: number;
  /**
   * Called when long polling has failed too: no live connection gets through, or there is no
   * server.
   */
  onNothingGetsThrough?: () => void;
}

/** An answer to a subscription that takes longer counts as lost. */
const ACK_TIMEOUT_MS = 10_000;

/**
 * A socket to namespace `/live`: a WebSocket, or long polling where something on the way lets no
 * WebSockets through. It tries again by itself, unless the server has closed or refused the
 * connection (`active` is then false).
 *
 * @param origin of the server; empty in a page of it
 */
export function openLiveSocket(origin: string, options: LiveSocketOptions): LiveSocket {
  const { key, pace, timeoutMs, onNothingGetsThrough } = options;
  const socket: LiveSocket = io(`${origin}/live`, {
    ...(key !== undefined && { auth: { key } }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: pace[0],
    reconnectionDelayMax: pace[1],
  });
  const { io: manager } = socket;
  manager.on("error", () => {
    if (manager.opts.transports?.[0] === "polling") onNothingGetsThrough?.();
    // What begins by polling still becomes a WebSocket where it can.
    manager.opts.transports = ["polling", "websocket"];
  });
  return socket;
}

/**
 * Subscribes to a topic. `onAnswer` gets the server's answer, or null when none came in time or the
 * connection ended.
 */
export function subscribe(
  socket: LiveSocket,
  request: SubscribeRequest,
  onAnswer: (answer: SubscribeAck | null) => void,
): void {
  socket.timeout(ACK_TIMEOUT_MS).emit("subscribe", request, (lost: Error | null, answer: SubscribeAck) => {
    onAnswer(lost ? null : answer);
  });
}

export type Refusal = Extract<SubscribeAck, { error: unknown }>["error"];

/** Whether a refused subscription stays refused, however often it is asked for. */
export const isFinal = ({ code }: Refusal): boolean => code !== "unavailable" && code !== "too_many";
