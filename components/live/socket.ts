import { backoffMs } from "../../client/core/retry.ts";
import { openLiveSocket, subscribe } from "../../client/core/socket.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { accountEndpoints } from "../../domain/kernel/endpoints.ts";
import { api } from "./api.ts";
import { AGAIN, type LiveEngine } from "./engine.ts";
import { keepReloading } from "./reload.ts";
import type { Transport } from "./transport.ts";

/** How often a failing connection checks whether the session is still valid, ms. */
const ASK_AGAIN_MS = 5_000;

/**
 * The engine's socket: one per tab, authenticated by the session's cookie. A WebSocket, or long
 * polling behind proxies that block WebSockets; where neither works but the API responds, the page
 * polls. It reconnects automatically, also after the server refused or closed it; an expired
 * session redirects to the login page (by the API's 401).
 *
 * @param refresh renders and fetches the page again, while no live connection works.
 * @returns a function that closes it.
 */
export function openSocket(engine: LiveEngine, refresh: () => void): () => void {
  let retry: ReturnType<typeof setTimeout> | null = null;
  let refusals = 0;
  let askedAt = 0;
  let pollingFailed = false;
  const socket = openLiveSocket("", {
    pace: [300, 4_000],
    timeoutMs: 8_000,
    onNothingGetsThrough: () => {
      pollingFailed = true;
    },
  });
  let stopReloading: (() => void) | null = null;
  const endReloading = () => {
    stopReloading?.();
    stopReloading = null;
  };

  const transport: Transport = {
    subscribe: (request) =>
      new Promise((resolve, reject) => {
        subscribe(socket, request, (answer) => (answer ? resolve(answer) : reject(new Error("no answer in time"))));
      }),
    unsubscribe: (topic) => void socket.emit("unsubscribe", { topic }),
    reconnect: () => {
      socket.disconnect();
      socket.connect();
    },
  };
  const stop = engine.start(transport);

  const connectLater = () => {
    // socket.io reconnects automatically unless the server closed or refused the connection.
    if (socket.active || retry !== null) return;
    refusals += 1;
    retry = setTimeout(
      () => {
        retry = null;
        socket.connect();
      },
      backoffMs(AGAIN, refusals, Math.random),
    );
  };

  socket.on("connect", () => {
    refusals = 0;
    pollingFailed = false;
    endReloading();
    const { engine: connection } = socket.io;
    engine.connected(connection.transport.name === "polling" ? "polling" : "socket");
    connection.once("upgrade", () => engine.carriedBy("socket"));
  });
  socket.on("disconnect", () => {
    engine.disconnected();
    connectLater();
  });
  socket.on("connect_error", () => {
    connectLater();
    // A browser gets no reason for a failed handshake. If the session has expired, this call
    // redirects to the login page.
    if (Date.now() - askedAt < ASK_AGAIN_MS) return;
    askedAt = Date.now();
    api.get(pathTo(accountEndpoints.me)).then(
      () => {
        if (!socket.connected && pollingFailed) stopReloading ??= keepReloading(engine, refresh);
      },
      () => undefined,
    );
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
    endReloading();
    socket.removeAllListeners();
    socket.io.removeAllListeners();
    stop();
    socket.disconnect();
  };
}
