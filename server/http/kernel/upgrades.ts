import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Leaves WebSocket upgrades of socket.io to it, hands those of hot reload to `hotReload` if there
 * is one, and refuses all others: socket.io leaves what is not its own to others, so without this a
 * stranger's connection would stay open for good.
 */
export function handleUpgrades(server: Server, hotReload?: UpgradeHandler): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = request.url ?? "";
    if (url.startsWith("/socket.io/")) return;
    socket.on("error", () => {});
    if (hotReload && url.startsWith("/_next/")) return hotReload(request, socket, head);
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
}
