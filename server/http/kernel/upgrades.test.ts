import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { handleUpgrades } from "./upgrades.ts";

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function upgrade(path: string, dev: boolean): Promise<string> {
  server = createServer();
  handleUpgrades(server, dev ? (_request, socket) => void socket.end("served") : undefined);
  // In the place of the handler of the path: answers if the socket was left open.
  server.on("upgrade", (_request, socket) => {
    if (socket.writable) socket.end("served");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    });
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

test.each([
  ["/socket.io/?EIO=4", false, "served"],
  ["/socket.io/?EIO=4", true, "served"],
  ["/_next/hmr?id=1", true, "served"],
  ["/_next/hmr?id=1", false, "404"],
  ["/", false, "404"],
  ["/socket.iox/", true, "404"],
])("an upgrade of %s (dev: %s) is %s", async (path, dev, answer) => {
  expect(await upgrade(path, dev)).toContain(answer);
});
