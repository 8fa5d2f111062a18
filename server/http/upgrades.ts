import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Refuses WebSocket upgrades that nobody here serves. socket.io and Next each leave what is not theirs to others, so
 * without this a stranger's connection would stay open for good.
 */
export function refuseForeignUpgrades(server: Server, options: { dev: boolean }): void {
  const served = options.dev ? /^\/(?:socket\.io|_next)\// : /^\/socket\.io\//;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    if (served.test(request.url ?? "")) return;
    socket.on("error", () => {});
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
}
