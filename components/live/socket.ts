import { io, type Socket } from "socket.io-client";
import type { ClientToServer, ServerToClient, SubscribeAck } from "../../domain/live.ts";
import { api } from "./api.ts";
import { backoffMs } from "./cursor.ts";
import type { LiveEngine, Transport } from "./engine.ts";

const ACK_TIMEOUT_MS = 10_000;
/** How often a connection that fails is taken as a reason to ask whether the session still stands. */
const ASK_AGAIN_MS = 5_000;

/**
 * The engine's socket: one per tab, websocket only, the session's cookie vouches for it. It reconnects by itself, also after the
 * server refused or closed it; a session that has ended leads to the login page (by the API's 401).
 *
 * @returns what closes it.
 */
export function openSocket(engine: LiveEngine): () => void {
  const socket: Socket<ServerToClient, ClientToServer> = io("/live", {
    transports: ["websocket"],
    reconnectionDelay: 300,
    reconnectionDelayMax: 4_000,
    timeout: 8_000,
  });
  let retry: ReturnType<typeof setTimeout> | null = null;
  let refusals = 0;
  let askedAt = 0;

  const transport: Transport = {
    subscribe: (request) => socket.timeout(ACK_TIMEOUT_MS).emitWithAck("subscribe", request) as Promise<SubscribeAck>,
    unsubscribe: (topic) => void socket.emit("unsubscribe", { topic }),
    reconnect: () => {
      socket.disconnect();
      socket.connect();
    },
  };
  const stop = engine.start(transport);

  const connectLater = () => {
    // socket.io tries again by itself unless the server itself closed or refused the connection.
    if (socket.active || retry !== null) return;
    refusals += 1;
    retry = setTimeout(
      () => {
        retry = null;
        socket.connect();
      },
      backoffMs(refusals, Math.random()),
    );
  };

  socket.on("connect", () => {
    refusals = 0;
    engine.connected();
  });
  socket.on("disconnect", () => {
    engine.disconnected();
    connectLater();
  });
  socket.on("connect_error", () => {
    connectLater();
    // A browser is not told why a handshake failed. If the session has ended, this call leads to the login page.
    if (Date.now() - askedAt < ASK_AGAIN_MS) return;
    askedAt = Date.now();
    api.get("/me").catch(() => undefined);
  });
  socket.on("log", (frame) => engine.log(frame));
  socket.on("state", (frame) => engine.state(frame));
  socket.on("reset", (frame) => engine.reset(frame));
  socket.on("beat", (beat) => engine.beat(beat));

  const wake = () => {
    if (!socket.connected && document.visibilityState === "visible") socket.connect();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);

  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    if (retry !== null) clearTimeout(retry);
    socket.removeAllListeners();
    stop();
    socket.disconnect();
  };
}
